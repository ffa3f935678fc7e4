import { byteLength, type Json } from '../json.ts';
import type { ItemBatcher } from '../model/model.ts';
import { runtimeError } from '../statesError.ts';
import { evaluate } from '../template/evaluate.ts';
import { numberOf } from './amounts.ts';
import { type At, expressionScope } from './at.ts';

/** An item of a Map state. */
export interface Item {
  /** The input of the item's states. */
  readonly input: Json;
  /** The element of the list, as the context object has it. */
  readonly value: Json;
}

/** Items that are worked on together. */
export interface Batch extends Item {
  /** How many they are. */
  readonly size: number;
}

/** The longest input of a batch: Step Functions' limit. */
const mostBytes = 262_144;

/** Items put together: `{ BatchInput, Items }` in the place of each. @throws EvaluationError */
export function batchesOf(
  batcher: ItemBatcher,
  items: readonly Item[],
  at: At,
  data: Json,
): readonly Batch[] {
  const most = limitOf('MaxItemsPerBatch', batcher.maxItems, at, data) ?? Number.POSITIVE_INFINITY;
  const bytes = Math.min(
    limitOf('MaxInputBytesPerBatch', batcher.maxBytes, at, data) ?? mostBytes,
    mostBytes,
  );
  const input = batcher.batchInput && evaluate(batcher.batchInput, { ...expressionScope(at), data });
  const overhead = byteLength(batchOf(input, []));
  const batches: { inputs: Json[]; bytes: number }[] = [];
  for (const item of items) {
    const size = byteLength(item.input) + 1;
    const last = batches.at(-1);
    if (last && last.inputs.length < most && last.bytes + size <= bytes) {
      last.inputs.push(item.input);
      last.bytes += size;
    } else batches.push({ inputs: [item.input], bytes: overhead + size });
  }
  return batches.map(({ inputs }) => {
    const batch = batchOf(input, inputs);
    return { input: batch, value: batch, size: inputs.length };
  });
}

function batchOf(input: Json | undefined, items: readonly Json[]): Json {
  return { ...(input !== undefined && { BatchInput: input }), Items: items };
}

function limitOf(field: string, amount: ItemBatcher['maxItems'], at: At, data: Json): number | undefined {
  if (amount === undefined) return undefined;
  const given = numberOf(amount, at, data);
  // By a path, Step Functions takes digits in a text, too.
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw runtimeError(`The ${field} field must be a positive integer, not ${JSON.stringify(value)}`);
}

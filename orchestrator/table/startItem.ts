import type { Json } from '../core/data/json.ts';
import { validTraceparent } from '../core/data/traceContext.ts';
import type { StartEntry } from '../core/execution/model/entries.ts';
import type { Attributes } from './attributes.ts';
import { canonical } from './canonical.ts';
import { executionIdProblem } from './executionId.ts';
import { messageOf, storedData, tokenOf, withExpiry } from './itemParts.ts';
import { structuredJson, textAttributes } from './jsonText.ts';
import { fitted, isChildStart } from './messageItems.ts';
import { orderedJson } from './orderedJson.ts';
import { attribute, sortKey } from './schema.ts';
import { dataKey } from './stored/dataKeys.ts';

/** The item that starts an execution. */
export interface StartItem {
  readonly executionId: string;
  readonly machine: string;
  readonly version?: string;
  readonly input?: Json;
  /** Key of the object that holds the input, in its place. */
  readonly inputAt?: string;
  /** W3C Trace Context. */
  readonly traceparent?: string;
  /** Token of the task that starts it. */
  readonly startedBy?: string;
  /** Its end is the result of that task. */
  readonly answers?: boolean;
  /** Its writer invokes the orchestrator with it, beside the stream. */
  readonly isNudged?: boolean;
  /** The version or alias that a caller of the API of Step Functions has named. */
  readonly startedAs?: string;
}

export function decodeStart(item: Attributes): StartEntry {
  const machine = item[attribute.machine]?.S;
  const version = item.version?.S;
  const start = { kind: 'start', reference: sortKey.start, machine: machine?.slice(0, 256) || '?' } as const;
  const isChild = isChildStart(item);
  const traceparent = validTraceparent(item.traceparent?.S);
  const startedBy = tokenOf(item.startedBy);
  const idProblem = isChild ? undefined : executionIdProblem(item[attribute.executionId]?.S);
  const problem = idProblem ?? machineProblem(machine, item.version);
  if (problem !== undefined) return { ...start, invalid: problem };
  try {
    const input = isChild ? orderedJson(item, 'input') : structuredJson(item, 'input');
    return {
      ...start,
      ...(version === undefined ? {} : { version }),
      ...(input === undefined ? storedData(item, 'inputAt') : { input }),
      ...(isChild && { isChild }),
      ...(traceparent !== undefined && { traceparent }),
      ...(startedBy !== undefined && { startedBy }),
      ...(item.startedAs?.S !== undefined && { startedAs: item.startedAs.S }),
      ...(startedBy !== undefined && item.answers?.BOOL === true && { answerTo: startedBy }),
    };
  } catch (error) {
    return { ...start, invalid: `The start item's input cannot be read. ${messageOf(error)}` };
  }
}

function machineProblem(
  machine: string | undefined,
  version: Attributes[string] | undefined,
): string | undefined {
  if (machine === undefined || machine === '' || machine.length > 256 || machine.includes('#')) {
    return "A start item needs 'machine', the id of a machine: a String of at most 256 characters without '#'.";
  }
  if (version !== undefined && !version.S) {
    return "A start item's 'version' must be a String that is not empty. Leave it out for the newest version.";
  }
  return undefined;
}

export function encodeStart(start: StartItem, expiry: number | undefined): Attributes {
  const item: Attributes = {
    executionId: { S: start.executionId },
    item: { S: sortKey.start },
    machine: { S: start.machine },
  };
  if (start.version !== undefined) item.version = { S: start.version };
  if (start.startedBy !== undefined) item.startedBy = { S: start.startedBy };
  if (start.startedAs !== undefined) item.startedAs = { S: start.startedAs };
  if (start.answers) item.answers = { BOOL: true };
  if (start.isNudged) item[attribute.nudged] = { BOOL: true };
  if (start.traceparent !== undefined) item.traceparent = { S: start.traceparent };
  if (start.input === undefined && start.inputAt !== undefined) item.inputAt = { S: start.inputAt };
  const whole = withExpiry(item, expiry);
  const text = textAttributes('input', start.input);
  return text ? { ...whole, ...text } : fitted(whole, 'input', start.input);
}

/** Whether two start items are the same start: machine, version and input, however the input's fields are ordered. */
export function isSameStart(a: Attributes, b: Attributes): boolean {
  const [first, second] = [decodeStart(a), decodeStart(b)];
  if (first.invalid !== undefined || second.invalid !== undefined) return false;
  const executionId = a.executionId?.S ?? '';
  const isStored = first.dataAt !== undefined || second.dataAt !== undefined;
  return fingerprint(first, executionId, isStored) === fingerprint(second, executionId, isStored);
}

/** Where one of two inputs is in the store, both are compared by the keys that they have, or would have there. */
function fingerprint(
  { machine, version, startedBy, input, dataAt }: StartEntry,
  executionId: string,
  isStored: boolean,
): string {
  const start = [machine, version ?? null, startedBy ?? null, input !== undefined || dataAt !== undefined];
  if (!isStored) return JSON.stringify([...start, canonical(input ?? null)]);
  return JSON.stringify([...start, dataAt ?? dataKey(executionId, JSON.stringify(canonical(input ?? null)))]);
}

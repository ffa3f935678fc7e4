import { gzipSync } from 'node:zlib';
import type { Json } from '../../core/data/json.ts';
import { type Execution, hasEnded } from '../../core/execution/model/execution.ts';
import { maximumDataBytes, maximumStateBytes } from '../../store/storedJson.ts';
import { maximumItemBytes } from '../schema.ts';
import { dataKey, hasContent, isStateKey, stateKey } from './dataKeys.ts';

/** Where the parts of an execution go that do not stay in its item. */
export interface Placement {
  /** The execution with keys in place of those parts: what the item gets. */
  readonly item: Execution;
  /** The same with the parts and their keys: what this process goes on with. */
  readonly stored: Execution;
  /** The objects that have to be in the store before the item refers to them. */
  readonly objects: readonly StoredPart[];
}

export interface StoredPart {
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
  /** It is not taken if it is larger. */
  readonly maximumBytes: number;
}

/** A part that costs fewer bytes than this is dearer in the store: writing an object costs as much as eight write units. */
const leastPartBytes = 8 * 1024;
/** Parts are moved out, however small, until the item is below this. */
const fullItemBytes = maximumItemBytes - 32 * 1024;
/** A state of more characters goes without a look at what it would be compressed. */
const mostMeasured = 1024 * 1024;
/** An input that is larger goes to its worker by reference: Lambda takes 1 MB, and bills what is over 256 KB. */
const mostPayloadBytes = 240 * 1024;

/** Whether an execution may be larger than this, told without writing it out; what is small costs next to nothing. */
export function mayExceed(execution: Execution, bytes: number): boolean {
  const { snapshot, output, tasks, log, held, outbox } = execution;
  let left = bytes - (snapshot?.length ?? 0) - log.length;
  if (held || outbox) left -= JSON.stringify([held, outbox]).length;
  if (output !== undefined) left -= sizeUpTo(output, left);
  for (const { input } of tasks) if (left > 0 && input !== undefined) left -= sizeUpTo(input, left);
  return left < 0;
}

/** Whether JSON takes more bytes than this. Looks no further than it has to. */
export function isLargerThan(value: Json | undefined, bytes: number): boolean {
  return bytes !== Number.POSITIVE_INFINITY && sizeUpTo(value, bytes) > bytes;
}

/** Bytes that a value takes as JSON, at least; where that is more than `limit`, any number over it. */
function sizeUpTo(value: Json | undefined, limit: number): number {
  if (typeof value === 'string') return value.length > limit ? value.length : Buffer.byteLength(value) + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 2;
  if (isList(value)) {
    for (const item of value) {
      size += 1 + sizeUpTo(item, limit - size);
      if (size > limit) return size;
    }
    return size;
  }
  for (const key in value) {
    size += key.length + 4 + sizeUpTo(value[key], limit - size);
    if (size > limit) return size;
  }
  return size;
}

function isList(value: readonly Json[] | object): value is readonly Json[] {
  return Array.isArray(value);
}

interface Part {
  readonly text: string;
  readonly maximumBytes: number;
  /** The size that it takes in the item: the snapshot is compressed there. */
  readonly bytes: number;
  /** It cannot stay, whatever the size of the item. */
  readonly mustGo: boolean;
  readonly keyOf: () => string;
  readonly put: (key: string, execution: Execution, keepsData: boolean) => Execution;
}

/**
 * Decides what of an execution goes to the store: the largest parts, until what stays takes at most `overBytes`. An
 * ended execution's state is among the data that may expire with its item.
 */
export function placeExecution(execution: Execution, overBytes: number): Placement {
  const parts = partsOf(execution).sort((a, b) => b.bytes - a.bytes);
  let itemBytes = restBytes(execution) + parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let item = withoutKeys(execution);
  let stored = item;
  const objects: StoredPart[] = [];
  for (const part of parts) {
    const isWorthIt = part.bytes >= leastPartBytes && itemBytes > overBytes;
    if (!part.mustGo && !isWorthIt && itemBytes <= fullItemBytes) continue;
    const key = part.keyOf();
    const { text, maximumBytes } = part;
    objects.push({ key, text, bytes: Buffer.byteLength(text), maximumBytes });
    item = part.put(key, item, false);
    stored = part.put(key, stored, true);
    itemBytes -= part.bytes;
  }
  return { item, stored, objects };
}

/** Removes the keys of parts that have been fetched, or never left: where they go is decided again. */
function withoutKeys(execution: Execution): Execution {
  const { snapshotAt, outputAt, ...rest } = execution;
  return {
    ...rest,
    ...(rest.snapshot === undefined && snapshotAt !== undefined && { snapshotAt }),
    ...(rest.output === undefined && outputAt !== undefined && { outputAt }),
    tasks: rest.tasks.map((task) => {
      const { inputAt: _, ...inline } = task;
      return task.input === undefined ? task : inline;
    }),
  };
}

function partsOf(execution: Execution): Part[] {
  const { executionId, snapshot, output, tasks } = execution;
  const parts: Part[] = [];
  if (snapshot !== undefined) {
    const isHuge = snapshot.length > mostMeasured;
    parts.push({
      text: snapshot,
      maximumBytes: maximumStateBytes,
      bytes: isHuge ? snapshot.length : Math.min(Buffer.byteLength(snapshot), gzipSync(snapshot).length),
      mustGo: isHuge,
      keyOf: () => snapshotKey(execution, snapshot),
      put: (snapshotAt, to, keepsData) => {
        const { snapshot: data, ...rest } = to;
        return keepsData ? { ...rest, snapshot: data ?? snapshot, snapshotAt } : { ...rest, snapshotAt };
      },
    });
  }
  if (output !== undefined) {
    const text = JSON.stringify(output);
    parts.push({
      text,
      maximumBytes: maximumDataBytes,
      bytes: Buffer.byteLength(text),
      mustGo: false,
      keyOf: () => dataKey(executionId, text),
      put: (outputAt, to, keepsData) => {
        const { output: _, ...rest } = to;
        return keepsData ? { ...rest, output, outputAt } : { ...rest, outputAt };
      },
    });
  }
  tasks.forEach(({ input, inputAt: known }, index) => {
    if (input === undefined) return;
    const text = JSON.stringify(input);
    const bytes = Buffer.byteLength(text);
    parts.push({
      text,
      maximumBytes: maximumDataBytes,
      bytes,
      mustGo: bytes > mostPayloadBytes,
      keyOf: () => known ?? dataKey(executionId, text),
      put: (inputAt, to, keepsData) => ({
        ...to,
        tasks: to.tasks.map((task, i) => {
          if (i !== index) return task;
          const { input: _, ...rest } = task;
          return keepsData ? { ...rest, input, inputAt } : { ...rest, inputAt };
        }),
      }),
    });
  });
  return parts;
}

/** A state that the commit has not changed stays where it is. */
function snapshotKey(
  { executionId, startedAt, version, status, snapshotAt }: Execution,
  text: string,
): string {
  if (hasEnded(status)) return dataKey(executionId, text);
  const isUnchanged = snapshotAt !== undefined && isStateKey(snapshotAt) && hasContent(snapshotAt, text);
  return isUnchanged ? snapshotAt : stateKey(executionId, startedAt, version, text);
}

/** The size of the parts that cannot leave the item: roughly, and rather too much. */
function restBytes({ log, tasks, state, error, children, sent, received, outbox, held }: Execution): number {
  const described = Buffer.byteLength(
    JSON.stringify([state, error, children, sent, received, outbox, held].map((each) => each ?? null)),
  );
  return 600 + log.length + described + 150 * tasks.length;
}

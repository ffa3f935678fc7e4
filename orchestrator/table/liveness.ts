import type { Json } from '../core/data/json.ts';
import type { AttemptNumbers } from '../core/execution/model/openTask.ts';
import type { SeenBeat } from '../core/execution/tasks/seenBeat.ts';
import { type Attributes, jsonAttribute, jsonOf } from './attributes.ts';
import { attribute, sortKey } from './schema.ts';

/** A worker's sign of life, as it stands: `beat#<task>#<attempt>`, of a list's item
 * `beat#<task>.<index>#<attempt>`. */
export interface Beat extends AttemptNumbers {
  /** Only its change counts: workers' clocks differ. */
  readonly count: number;
  /** How far it is, as the worker says. */
  readonly progress?: Json;
  /** When it was written, as the worker says. */
  readonly at?: string;
  /** Present while it is in the queue of its activity. */
  readonly isQueued?: true;
  /** When a worker took it from the queue, and the worker's name, as that says. */
  readonly takenAt?: string;
  readonly workerName?: string;
}

export interface NewBeat extends Omit<Beat, 'count'> {
  readonly executionId: string;
  readonly at: string;
}

/**
 * The item that a worker of a `once` task writes before it begins: `claim#<task>#<attempt>`, for a list's item
 * `claim#<task>.<index>#<attempt>`.
 */
export interface Claim extends AttemptNumbers {
  readonly executionId: string;
  /** Id of this run alone: distinguishes its own claim from another's, where a write was sent twice. */
  readonly claimedBy: string;
  readonly at: string;
}

export type ClaimOutcome = 'claimed' | 'taken';

/** Undefined where another writer has written an item that is not a beat: it is then as if there were none. */
export function decodeBeat(item: Attributes): Beat | undefined {
  const match = /^beat#(\d{1,9})(?:\.(\d{1,9}))?#(\d{1,9})$/.exec(item[attribute.item]?.S ?? '');
  const count = Number(item.count?.N);
  if (!match || !Number.isFinite(count)) return undefined;
  const at = item.at?.S;
  const progress = progressOf(item);
  const takenAt = item.takenAt?.S;
  const workerName = item.workerName?.S;
  return {
    task: Number(match[1]),
    ...(match[2] !== undefined && { index: Number(match[2]) }),
    attempt: Number(match[3]),
    count,
    ...(progress !== undefined && { progress }),
    ...(at !== undefined && { at }),
    ...(item[attribute.indexPartition] && { isQueued: true }),
    ...(takenAt !== undefined && { takenAt }),
    ...(workerName !== undefined && { workerName }),
  };
}

/** As the core takes it. */
export function seenBeatOf({ count, isQueued, takenAt }: Beat): SeenBeat {
  const time = Date.parse(takenAt ?? '');
  return { count, ...(isQueued && { isQueued }), ...(!Number.isNaN(time) && { takenAt: time }) };
}

function progressOf(item: Attributes): Json | undefined {
  try {
    return item.progress && jsonOf(item.progress);
  } catch {
    // To show, and for nothing else.
    return undefined;
  }
}

/** The beat after the one that is there, no matter who has written that. */
export function beatUpdate(beat: NewBeat, expiry: number | undefined) {
  const sets = ['#at = :at'];
  const names: Record<string, string> = { '#count': 'count', '#at': 'at' };
  const values: Attributes = { ':one': { N: '1' }, ':at': { S: beat.at } };
  if (beat.progress !== undefined) {
    sets.push('#progress = :progress');
    names['#progress'] = 'progress';
    values[':progress'] = jsonAttribute(beat.progress);
  }
  if (expiry !== undefined) {
    sets.push('#expiry = :expiry');
    names['#expiry'] = attribute.expiresAt;
    values[':expiry'] = { N: String(expiry) };
  }
  return {
    Key: {
      [attribute.executionId]: { S: beat.executionId },
      [attribute.item]: { S: sortKey.beat(beat) },
    },
    UpdateExpression: `SET ${sets.join(', ')} ADD #count :one`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** What {@link beatUpdate} makes of an item, for a table without expressions. */
export function beatItem(before: Attributes | undefined, beat: NewBeat): Attributes {
  const { Key, ExpressionAttributeValues: values } = beatUpdate(beat, undefined);
  return {
    ...before,
    ...Key,
    count: { N: String(Number(before?.count?.N ?? 0) + 1) },
    at: { S: beat.at },
    ...(values[':progress'] && { progress: values[':progress'] }),
  };
}

export function encodeClaim(claim: Claim, expiry: number | undefined): Attributes {
  return {
    [attribute.executionId]: { S: claim.executionId },
    [attribute.item]: { S: sortKey.claim(claim) },
    claimedBy: { S: claim.claimedBy },
    at: { S: claim.at },
    ...(expiry !== undefined && { [attribute.expiresAt]: { N: String(expiry) } }),
  };
}

import type { AttemptNumbers } from '../core/execution/model/openTask.ts';
import type { Attributes } from './attributes.ts';
import { shardOf } from './executionItem.ts';
import { attribute, indexName, indexPartition, sortKey } from './schema.ts';

/**
 * The queue of an activity is in the index: the beat item of an attempt has the index's keys until a worker takes the
 * attempt. Entering and leaving the queue are thus a write of the item and one of the index each.
 */
export interface QueuedAttempt extends AttemptNumbers {
  readonly executionId: string;
}

export interface EnqueuedAttempt extends QueuedAttempt {
  readonly activity: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface TakenAttempt extends QueuedAttempt {
  /** Id of this call alone: distinguishes its own write from another's, where a write was sent twice. */
  readonly claimedBy: string;
  /** ISO 8601. */
  readonly at: string;
  readonly workerName?: string;
}

export type EnqueueOutcome =
  | 'queued'
  /** It is in the queue already, or was taken. */
  | 'exists';

/** `gone`: another worker has taken it, or it was withdrawn. */
export type TakeOutcome = 'taken' | 'gone';

export interface QueueRequest {
  readonly activity: string;
  /** From each shard of the index. */
  readonly limit: number;
}

export interface Queue {
  /** The oldest first. */
  readonly attempts: readonly QueuedAttempt[];
  /** There may be more. */
  readonly isPartial: boolean;
}

function keyOf(attempt: QueuedAttempt): Attributes {
  return {
    [attribute.executionId]: { S: attempt.executionId },
    [attribute.item]: { S: sortKey.beat(attempt) },
  };
}

const indexKeys = { '#partition': attribute.indexPartition, '#sort': attribute.indexSort };

export function enqueuedItem(
  attempt: EnqueuedAttempt,
  indexShards: number,
  expiry: number | undefined,
): Attributes {
  const { activity, at, executionId } = attempt;
  return {
    ...keyOf(attempt),
    count: { N: '0' },
    [attribute.indexPartition]: { S: indexPartition.activity(activity, shardOf(executionId, indexShards)) },
    [attribute.indexSort]: { N: String(at) },
    ...(expiry !== undefined && { [attribute.expiresAt]: { N: String(expiry) } }),
  };
}

const isQueued = 'attribute_exists(#partition)';

export function takeUpdate(attempt: TakenAttempt) {
  const { claimedBy, at, workerName } = attempt;
  const sets = ['claimedBy = :claimedBy', 'takenAt = :at', '#at = :at'];
  if (workerName !== undefined) sets.push('workerName = :workerName');
  return {
    Key: keyOf(attempt),
    UpdateExpression: `SET ${sets.join(', ')} REMOVE #partition, #sort ADD #count :one`,
    ConditionExpression: isQueued,
    ExpressionAttributeNames: { ...indexKeys, '#count': 'count', '#at': 'at' },
    ExpressionAttributeValues: {
      ':claimedBy': { S: claimedBy },
      ':at': { S: at },
      ':one': { N: '1' },
      ...(workerName !== undefined && { ':workerName': { S: workerName } }),
    },
  };
}

export function withdrawUpdate(attempt: QueuedAttempt) {
  return {
    Key: keyOf(attempt),
    UpdateExpression: 'REMOVE #partition, #sort',
    ConditionExpression: isQueued,
    ExpressionAttributeNames: indexKeys,
  };
}

/** Whether an attempt may enter its queue: not twice, and not once it was taken. */
export function mayBeQueued(before: Attributes | undefined): boolean {
  return !before?.[attribute.indexPartition] && !before?.takenAt;
}

/** The same as {@link takeUpdate}: undefined where its condition is not met. */
export function takenItem(before: Attributes | undefined, attempt: TakenAttempt): Attributes | undefined {
  const withdrawn = withdrawnItem(before);
  if (!withdrawn) return undefined;
  const { claimedBy, at, workerName } = attempt;
  return {
    ...withdrawn,
    claimedBy: { S: claimedBy },
    takenAt: { S: at },
    at: { S: at },
    count: { N: String(Number(withdrawn.count?.N ?? 0) + 1) },
    ...(workerName !== undefined && { workerName: { S: workerName } }),
  };
}

export function withdrawnItem(before: Attributes | undefined): Attributes | undefined {
  if (!before?.[attribute.indexPartition]) return undefined;
  const { [attribute.indexPartition]: _, [attribute.indexSort]: __, ...rest } = before;
  return rest;
}

/** One shard's part of a queue. */
export function queueQuery({ activity, limit }: QueueRequest, shard: number) {
  return {
    IndexName: indexName,
    KeyConditionExpression: '#partition = :partition',
    ExpressionAttributeNames: { '#partition': attribute.indexPartition },
    ExpressionAttributeValues: { ':partition': { S: indexPartition.activity(activity, shard) } },
    Limit: limit,
  };
}

/** The attempts of the index items of all shards: the oldest first. Items of other writers are left out. */
export function queueOf(items: readonly Attributes[], isPartial: boolean): Queue {
  const attempts = items
    .flatMap((item) => {
      const match = /^beat#(\d{1,9})(?:\.(\d{1,9}))?#(\d{1,9})$/.exec(item[attribute.item]?.S ?? '');
      const executionId = item[attribute.executionId]?.S ?? '';
      if (!match) return [];
      const [, task, index, number] = match;
      const attempt = {
        task: Number(task),
        attempt: Number(number),
        ...(index !== undefined && { index: Number(index) }),
      };
      return [{ at: Number(item[attribute.indexSort]?.N), attempt: { executionId, ...attempt } }];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ attempt }) => attempt);
  return { attempts, isPartial };
}

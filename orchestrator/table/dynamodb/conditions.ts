import type { Attributes } from '../attributes.ts';
import { attribute } from '../schema.ts';

/** A condition expression with its values. Each has a name, and the name is what it guards. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Attributes;
}

/** Journal items are written once, and so are the segments of a log, which outlast their expiry for late events. */
export const isNotWrittenYet: Condition = { ConditionExpression: 'attribute_not_exists(executionId)' };

/** So is an execution's first commit; one that has expired counts as absent. */
export function isAbsentOrExpired(now: number): Condition {
  return {
    ConditionExpression: 'attribute_not_exists(executionId) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(now / 1000)) } },
  };
}

/** A record of the registry is still the one that its next version was made from. */
export function isStillWritten(version: number): Condition {
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(version) } },
  };
}

/**
 * The execution is still the one, and in the version, that the step was taken from. `startedAt` distinguishes it
 * from one of the same id that was deleted and started again.
 */
export function isStillAtVersion(version: number, startedAt: string): Condition {
  return {
    ConditionExpression: '#version = :version AND startedAt = :startedAt',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(version) }, ':startedAt': { S: startedAt } },
  };
}

/** An attempt enters the queue of its activity once. A sign of life that came before does not keep it out. */
export const isNotQueuedYet: Condition = {
  ConditionExpression: 'attribute_not_exists(#partition) AND attribute_not_exists(takenAt)',
  ExpressionAttributeNames: { '#partition': attribute.indexPartition },
};

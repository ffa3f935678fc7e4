import { type Duration, durationMs } from './duration.ts';

/** How a failed attempt of a task is tried again: the fields of Step Functions' Retry, as durations. */
export interface RetryPolicy {
  /** Attempts in all, the first included. @default 3 */
  readonly maxAttempts?: number;
  /** Delay before the second attempt. @default '1s' */
  readonly interval?: Duration;
  /** Factor by which the delay grows with each attempt. @default 2 */
  readonly backoffRate?: number;
  /** The longest delay between two attempts. @default no limit */
  readonly maxDelay?: Duration;
  /** `full` draws each delay between nothing and its full length. @default 'none' */
  readonly jitter?: 'none' | 'full';
}

/** What an author says of a worker in `worker({...})`. */
export interface TaskPolicy {
  /** An attempt without a result by then has failed with `States.Timeout`. @default 15 minutes and 10 seconds */
  readonly timeout?: Duration;
  /** @default none: the machine's `onError` sees the first failure */
  readonly retry?: RetryPolicy;
  /** Name of the worker, where it differs from the name it has in `actors`. */
  readonly worker?: string;
}

/** A {@link TaskPolicy} with every default filled in, in milliseconds. */
export interface ResolvedTaskPolicy {
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly intervalMs: number;
  readonly backoffRate: number;
  readonly maxDelayMs: number;
  readonly jitter: 'none' | 'full';
}

/** Lambda's own limit is 15 minutes; the rest is for the result to be written and read. */
const defaultTimeoutMs = 15 * 60_000 + 10_000;

/** Thrown when a retry policy has attempts or a backoff rate that make no sense. */
export class InvalidRetryPolicyError extends Error {
  readonly code = 'InvalidRetryPolicy';
  override readonly name = 'InvalidRetryPolicyError';
}

/** @throws InvalidDurationError, InvalidRetryPolicyError */
export function resolveTaskPolicy(policy: TaskPolicy = {}): ResolvedTaskPolicy {
  const retry = policy.retry;
  const { maxAttempts = 3, backoffRate = 2 } = retry ?? {};
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new InvalidRetryPolicyError(`maxAttempts is ${maxAttempts}: give a whole number from 1.`);
  }
  if (!(backoffRate >= 1 && backoffRate <= 100)) {
    throw new InvalidRetryPolicyError(`backoffRate is ${backoffRate}: give a number from 1 to 100.`);
  }
  return {
    timeoutMs: policy.timeout === undefined ? defaultTimeoutMs : durationMs(policy.timeout),
    maxAttempts: retry ? maxAttempts : 1,
    intervalMs: durationMs(retry?.interval ?? 1000),
    backoffRate,
    maxDelayMs: durationMs(retry?.maxDelay ?? '3650d'),
    jitter: retry?.jitter ?? 'none',
  };
}

/**
 * Marks the actor logic that `worker()` makes. A registered symbol, because a machine and the orchestrator may each
 * have been bundled with a copy of this module.
 */
export const taskPolicyKey: unique symbol = Symbol.for('millrace.taskPolicy') as never;

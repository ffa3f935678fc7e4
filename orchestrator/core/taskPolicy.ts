import { type Duration, durationMs } from './duration.ts';

/** How failed attempts of a task are tried again: the fields of one of Step Functions' Retriers, as durations. */
export interface RetryPolicy {
  /**
   * Names of the errors that it is for: class names of what workers throw, and Step Functions' own. `States.ALL` is every
   * error; `States.TaskFailed` every error but `States.Timeout`; `States.Timeout` also `States.HeartbeatTimeout`.
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
   *
   * @default ['States.ALL']
   */
  readonly errors?: readonly string[];
  /** Attempts in all, the first included; each policy of several counts its own. @default 3 */
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
  /**
   * One policy, or several: the first that is for the error decides, as in Step Functions.
   * @default none: the machine's `onError` sees the first failure
   */
  readonly retry?: RetryPolicy | readonly RetryPolicy[];
  /** Name of the worker, where it differs from the name it has in `actors`. */
  readonly worker?: string;
}

/** A {@link TaskPolicy} with every default filled in, in milliseconds. */
export interface ResolvedTaskPolicy {
  readonly timeoutMs: number;
  readonly retry: readonly ResolvedRetryPolicy[];
}

export interface ResolvedRetryPolicy {
  readonly errors: readonly string[];
  readonly maxAttempts: number;
  readonly intervalMs: number;
  readonly backoffRate: number;
  readonly maxDelayMs: number;
  readonly jitter: 'none' | 'full';
}

/** Step Functions' names that stand for more than one error. */
export const anyErrorName = 'States.ALL';

/** Lambda's own limit is 15 minutes; the rest is for the result to be written and read. */
const defaultTimeoutMs = 15 * 60_000 + 10_000;

/** Thrown when a retry policy has errors, attempts or a backoff rate that make no sense. */
export class InvalidRetryPolicyError extends Error {
  readonly code = 'InvalidRetryPolicy';
  override readonly name = 'InvalidRetryPolicyError';
}

/** @throws InvalidDurationError, InvalidRetryPolicyError */
export function resolveTaskPolicy(policy: TaskPolicy = {}): ResolvedTaskPolicy {
  const retry = policy.retry === undefined ? [] : isList(policy.retry) ? policy.retry : [policy.retry];
  return {
    timeoutMs: policy.timeout === undefined ? defaultTimeoutMs : durationMs(policy.timeout),
    retry: retry.map(resolveRetryPolicy),
  };
}

function isList(retry: RetryPolicy | readonly RetryPolicy[]): retry is readonly RetryPolicy[] {
  return Array.isArray(retry);
}

function resolveRetryPolicy(retry: RetryPolicy): ResolvedRetryPolicy {
  const { errors = [anyErrorName], maxAttempts = 3, backoffRate = 2 } = retry;
  if (!Array.isArray(errors) || errors.length === 0 || errors.some((name) => typeof name !== 'string')) {
    throw new InvalidRetryPolicyError(`errors is ${JSON.stringify(errors)}: give a list of error names.`);
  }
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new InvalidRetryPolicyError(`maxAttempts is ${maxAttempts}: give a whole number from 1.`);
  }
  if (!(backoffRate >= 1 && backoffRate <= 100)) {
    throw new InvalidRetryPolicyError(`backoffRate is ${backoffRate}: give a number from 1 to 100.`);
  }
  return {
    errors,
    maxAttempts,
    intervalMs: durationMs(retry.interval ?? 1000),
    backoffRate,
    maxDelayMs: durationMs(retry.maxDelay ?? '3650d'),
    jitter: retry.jitter ?? 'none',
  };
}

/**
 * Marks the actor logic that `worker()` makes. A registered symbol, because a machine and the orchestrator may each
 * have been bundled with a copy of this module.
 */
export const taskPolicyKey: unique symbol = Symbol.for('millrace.taskPolicy') as never;

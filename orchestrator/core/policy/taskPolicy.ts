import { shown } from '../data/shown.ts';
import { MillraceError } from '../errors/millraceError.ts';
import { type Duration, durationMs } from './duration.ts';
import { anyErrorName, invocationLostErrorName } from './errorNames.ts';
import { isWorkerName } from './functionNames.ts';
import { choiceProblem, type KeysOf, optionsProblem, sentence } from './options.ts';
import { reservedNameProblem } from './reservedErrorNames.ts';

/** How failed attempts of a task are tried again: the fields of one of Step Functions' Retriers, as durations. */
export interface RetryPolicy {
  /**
   * Names of the errors that it is for: class names of what workers throw, and Step Functions' own. `States.ALL` is every
   * error; `States.TaskFailed` every error but `States.Timeout`; `States.Timeout` also `States.HeartbeatTimeout`.
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
   * A name with the prefix `States.` or `Millrace.` that no error has is refused.
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

/** The options of a worker in `worker({...})`. */
export interface TaskPolicy {
  /**
   * An attempt without a result by then has failed with `States.Timeout`. Not 0.
   *
   * @default 15 minutes and 10 seconds; with `waitForResult` none
   */
  readonly timeout?: Duration;
  /**
   * An attempt that gives no sign of life (`task.heartbeat()`) for so long has failed with `States.HeartbeatTimeout`. From a
   * second, and shorter than `timeout`. @default none is expected
   */
  readonly heartbeat?: Duration;
  /**
   * The worker's return value is not the result: that comes later, from a person or another system, by the task's
   * token (`client.completeTask`). An error that the worker throws is a failure all the same. @default false
   */
  readonly waitForResult?: boolean;
  /**
   * With `waitForResult`: an attempt whose worker has not begun by then has failed with `Millrace.InvocationLost`. Unless a
   * retry policy of yours is for that error, there are three attempts. From a second. @default 1 minute
   */
  readonly startTimeout?: Duration;
  /**
   * There is one attempt, and its worker starts once, whatever is delivered twice. Where it is not known whether it has done
   * its work, the machine gets `Millrace.UnknownOutcome`. Not with `retry`. @default false
   */
  readonly once?: boolean;
  /**
   * One policy, or several: the first that is for the error decides, as in Step Functions.
   * @default none: the machine's `onError` sees the first failure
   */
  readonly retry?: RetryPolicy | readonly RetryPolicy[];
  /**
   * Whether the worker invokes the orchestrator with its result, which is faster than the stream and costs a request more. Takes
   * effect where the deployment allows it. @default as the machine or the deployment has it
   */
  readonly nudge?: boolean;
  /** Name of the worker, where it differs from the name it has in `actors`. */
  readonly worker?: string;
}

/** A {@link TaskPolicy} with every default filled in, in milliseconds. */
export interface ResolvedTaskPolicy {
  /** Absent: the result may come at any time. */
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  /** Present where the result comes from elsewhere: until then the worker must have begun. */
  readonly startTimeoutMs?: number;
  readonly once?: true;
  /** Absent where the machine or the deployment decides. */
  readonly nudge?: boolean;
  /** A worker asks for the task when it is ready: `timeoutMs` and `heartbeatMs` count from then. */
  readonly isPolled?: true;
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

/** The timeout of a task for which the machine sets none. Lambda's own limit is 15 minutes; the rest is for the result to be written and read. */
export const defaultTimeoutMs = 15 * 60_000 + 10_000;
const defaultStartTimeoutMs = 60_000;
/** The clock looks once a second. */
const shortestMs = 1000;

/** Thrown when fields of a task policy contradict each other, or are shorter than what can be kept. */
export class InvalidTaskPolicyError extends MillraceError {
  override readonly code = 'InvalidTaskPolicy';
  override readonly name = 'InvalidTaskPolicyError';
}

/** Thrown when a retry policy has errors, attempts or a backoff rate that make no sense. */
export class InvalidRetryPolicyError extends MillraceError {
  override readonly code = 'InvalidRetryPolicy';
  override readonly name = 'InvalidRetryPolicyError';
}

const policyKeys: KeysOf<TaskPolicy> = {
  timeout: true,
  heartbeat: true,
  waitForResult: true,
  startTimeout: true,
  once: true,
  nudge: true,
  retry: true,
  worker: true,
};

const retryKeys: KeysOf<RetryPolicy> = {
  errors: true,
  maxAttempts: true,
  interval: true,
  backoffRate: true,
  maxDelay: true,
  jitter: true,
};

/**
 * Refuses a value that is not a policy at all, whatever its durations are.
 *
 * @throws InvalidTaskPolicyError
 */
export function checkTaskPolicy(policy: TaskPolicy): void {
  const problem = optionsProblem(policy, policyKeys) ?? valueProblem(policy);
  if (problem !== undefined) throw new InvalidTaskPolicyError(sentence('The policy of a worker', problem));
}

function valueProblem({ waitForResult, once, nudge, worker }: TaskPolicy): string | undefined {
  return (
    choiceProblem('waitForResult', waitForResult, [true, false]) ??
    choiceProblem('once', once, [true, false]) ??
    choiceProblem('nudge', nudge, [true, false]) ??
    (worker === undefined || isWorkerName(worker)
      ? undefined
      : `worker is ${shown(worker)}: give the name of a worker, 1 to 40 letters, digits, "-" or "_"`)
  );
}

/** No worker has done anything, so that another attempt does nothing twice. */
const retryOfLostInvocation: RetryPolicy = { errors: [invocationLostErrorName], maxAttempts: 3 };

/** @throws InvalidDurationError, InvalidRetryPolicyError, InvalidTaskPolicyError */
export function resolveTaskPolicy(policy: TaskPolicy = {}): ResolvedTaskPolicy {
  checkTaskPolicy(policy);
  const retry = policy.retry === undefined ? [] : isList(policy.retry) ? policy.retry : [policy.retry];
  const { timeout, heartbeat, startTimeout, waitForResult = false, once = false, nudge } = policy;
  if (once && retry.length > 0) {
    throw new InvalidTaskPolicyError('once means one attempt: leave out retry, or once.');
  }
  if (startTimeout !== undefined && !waitForResult) {
    throw new InvalidTaskPolicyError('startTimeout is for tasks with waitForResult: use timeout.');
  }
  const timeoutMs =
    timeout === undefined ? (waitForResult ? undefined : defaultTimeoutMs) : timeoutMsOf(timeout);
  const startTimeoutMs =
    startTimeout === undefined ? defaultStartTimeoutMs : atLeastASecond('startTimeout', startTimeout);
  const heartbeatMs = heartbeat === undefined ? undefined : atLeastASecond('heartbeat', heartbeat);
  if (
    timeout !== undefined &&
    timeoutMs !== undefined &&
    heartbeatMs !== undefined &&
    heartbeatMs >= timeoutMs
  ) {
    throw new InvalidTaskPolicyError(
      `heartbeat is ${heartbeatMs} ms and timeout is ${timeoutMs} ms: give a heartbeat that is shorter than the timeout, as in Step Functions.`,
    );
  }
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(heartbeatMs !== undefined && { heartbeatMs }),
    ...(waitForResult && { startTimeoutMs }),
    ...(once && { once }),
    ...(nudge !== undefined && { nudge }),
    retry: [...retry, ...(waitForResult && !once ? [retryOfLostInvocation] : [])].map(resolveRetryPolicy),
  };
}

/** Without any time, every attempt would fail before its worker has begun. */
function timeoutMsOf(timeout: Duration): number {
  const ms = durationMs(timeout);
  if (ms > 0) return ms;
  throw new InvalidTaskPolicyError(
    `timeout is ${shown(timeout)}, so every attempt would fail: give a longer one, as in '30s', or leave it out.`,
  );
}

function atLeastASecond(name: string, duration: Duration): number {
  const ms = durationMs(duration);
  if (ms >= shortestMs) return ms;
  throw new InvalidTaskPolicyError(
    `${name} is ${ms} ms: give a second or more, the clock looks once a second.`,
  );
}

function isList(retry: RetryPolicy | readonly RetryPolicy[]): retry is readonly RetryPolicy[] {
  return Array.isArray(retry);
}

function resolveRetryPolicy(retry: RetryPolicy): ResolvedRetryPolicy {
  const problem = optionsProblem(retry, retryKeys) ?? choiceProblem('jitter', retry.jitter, ['none', 'full']);
  if (problem !== undefined) throw new InvalidRetryPolicyError(sentence('A retry policy', problem));
  const {
    errors = [anyErrorName],
    maxAttempts = 3,
    interval = '1s',
    backoffRate = 2,
    maxDelay = '3650d',
  } = retry;
  if (
    !Array.isArray(errors) ||
    errors.length === 0 ||
    errors.some((name) => typeof name !== 'string' || name === '')
  ) {
    throw new InvalidRetryPolicyError(`errors is ${shown(errors)}: give a list of error names.`);
  }
  const unknownName = reservedNameProblem(errors);
  if (unknownName !== undefined) throw new InvalidRetryPolicyError(sentence('errors', unknownName));
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1) {
    throw new InvalidRetryPolicyError(`maxAttempts is ${shown(maxAttempts)}: give a whole number from 1.`);
  }
  if (!(typeof backoffRate === 'number' && backoffRate >= 1 && backoffRate <= 100)) {
    throw new InvalidRetryPolicyError(`backoffRate is ${shown(backoffRate)}: give a number from 1 to 100.`);
  }
  return {
    errors,
    maxAttempts,
    intervalMs: durationMs(interval),
    backoffRate,
    maxDelayMs: durationMs(maxDelay),
    jitter: retry.jitter ?? 'none',
  };
}

/**
 * Marks the actor logic that `worker()` makes. A registered symbol, because a machine and the orchestrator may each
 * have been bundled with a copy of this module.
 */
export const taskPolicyKey: unique symbol = Symbol.for('millrace.taskPolicy') as never;

/** Says in the type alone that the result of a worker comes from elsewhere. */
export declare const waitsForResultKey: unique symbol;

/** The options of a `fromPromise` in `withPolicy(logic, {...})`: the others need a function of its own. */
export type PromisePolicy = Pick<
  TaskPolicy,
  'timeout' | 'retry' | 'waitForResult' | 'startTimeout' | 'heartbeat'
>;

/** Marks `fromPromise` logic that has a policy: the worker host runs it, as it runs any other. */
export const promisePolicyKey: unique symbol = Symbol.for('millrace.promisePolicy') as never;

/** The options of a function in `lambda(name, {...})`. */
export type LambdaPolicy = Pick<TaskPolicy, 'timeout' | 'retry'>;

/** Marks the actor logic that `lambda()` makes, beside its policy: the function's name. */
export const lambdaKey: unique symbol = Symbol.for('millrace.lambda') as never;

/** The options of an activity in `activity(name, {...})`. */
export type ActivityPolicy = Pick<TaskPolicy, 'timeout' | 'heartbeat' | 'retry'>;

/** Marks the actor logic that `activity()` makes, beside its policy: the activity's name. */
export const activityKey: unique symbol = Symbol.for('millrace.activity') as never;

/**
 * The policy of an activity. Without a timeout, its task waits for a worker, and for the result, as long as it takes.
 *
 * @throws InvalidDurationError, InvalidRetryPolicyError, InvalidTaskPolicyError
 */
export function resolveActivityPolicy(policy: ActivityPolicy): ResolvedTaskPolicy {
  const { timeoutMs, retry, ...others } = resolveTaskPolicy(policy);
  return {
    ...others,
    ...(policy.timeout !== undefined && timeoutMs !== undefined && { timeoutMs }),
    isPolled: true,
    retry,
  };
}

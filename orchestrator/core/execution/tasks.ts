import type { TaskError } from '../machine/step.types.ts';
import { anyErrorName, type ResolvedTaskPolicy } from '../taskPolicy.ts';
import { type OpenTask, taskId } from './execution.ts';

/** Step Functions' name for an attempt that gave no result in time. */
export const timeoutErrorName = 'States.Timeout';
/** Step Functions' name for an attempt that gave no sign of life in time. */
export const heartbeatTimeoutErrorName = 'States.HeartbeatTimeout';
/** Step Functions' name for data over a limit: it ends the execution, and no retry or `onError` sees it. */
export const dataLimitErrorName = 'States.DataLimitExceeded';

/** The attempt that follows a failed one, or nothing when the machine is to know of the failure. */
export function retryOf(
  executionId: string,
  task: OpenTask,
  error: TaskError,
  policy: ResolvedTaskPolicy,
  now: number,
): OpenTask | undefined {
  if (error.retryable === false) return undefined;
  const place = policy.retry.findIndex(({ errors }) => errors.some((name) => isFor(name, error.name)));
  const retry = policy.retry[place];
  if (!retry) return undefined;
  // With one policy, the attempts before this one are its retries: nothing has to be counted beside them.
  const retries = task.retries ?? (policy.retry.length === 1 ? [task.attempt - 1] : []);
  const before = retries[place] ?? 0;
  if (before >= retry.maxAttempts - 1) return undefined;
  const full = Math.min(retry.intervalMs * retry.backoffRate ** before, retry.maxDelayMs);
  const delayMs =
    retry.jitter === 'full' ? full * fraction(`${executionId}#${taskId(task)}#${task.attempt}`) : full;
  const { deadline: _, ...rest } = task;
  const counted = policy.retry.map((_, index) => (retries[index] ?? 0) + (index === place ? 1 : 0));
  return {
    ...rest,
    ...(task.retries !== undefined || counted.length > 1 ? { retries: counted } : {}),
    attempt: task.attempt + 1,
    dispatchAt: now + Math.round(delayMs),
  };
}

/** Whether a name in a retry policy covers an error, by Step Functions' rules. */
function isFor(name: string, error: string): boolean {
  switch (name) {
    case anyErrorName:
      return true;
    case 'States.TaskFailed':
      return error !== timeoutErrorName;
    case timeoutErrorName:
      return error === timeoutErrorName || error === heartbeatTimeoutErrorName;
    default:
      return name === error;
  }
}

/** What the machine gets as the error of an attempt whose deadline has passed. */
export function timeoutError(task: OpenTask, policy: ResolvedTaskPolicy): TaskError {
  return {
    name: timeoutErrorName,
    message: `Attempt ${task.attempt} of task ${taskId(task)} (${task.worker}) gave no result within ${policy.timeoutMs} ms.`,
  };
}

/** The task after its function could not take it: tried again a little later, as the same attempt. */
export function deferred(executionId: string, task: OpenTask, now: number): OpenTask {
  const { deadline: _, ...rest } = task;
  const delayMs = 1000 + 2000 * fraction(`${executionId}#${taskId(task)}@${now}`);
  return { ...rest, dispatchAt: now + Math.round(delayMs) };
}

/** A number from 0 to 1 that is the same for the same text, so that a replay draws what the first run drew (FNV-1a). */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000;
}

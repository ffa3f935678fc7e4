import { isRetryable, nameOfThrown, type TaskError } from '../../data/thrown.ts';
import {
  covers,
  heartbeatTimeoutErrorName,
  invocationLostErrorName,
  timeoutErrorName,
  unknownOutcomeErrorName,
} from '../../policy/errorNames.ts';
import type { ResolvedRetryPolicy, ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { timeAfter } from '../../policy/time.ts';
import { type OpenTask, taskId, taskKey } from '../model/openTask.ts';
import type { SeenBeat } from './seenBeat.ts';

/** The attempt that follows a failed one, or nothing when the machine is to know of the failure. */
export function retryOf(
  executionId: string,
  task: OpenTask,
  error: TaskError,
  policy: ResolvedTaskPolicy,
  now: number,
): OpenTask | undefined {
  if (!isRetryable(error)) return undefined;
  const thrown = nameOfThrown(error);
  const place = policy.retry.findIndex(({ errors }) => errors.some((name) => covers(name, thrown)));
  const retry = policy.retry[place];
  if (!retry) return undefined;
  // With one policy, the attempts before this one are its retries: nothing has to be counted beside them.
  const retries = task.retries ?? (policy.retry.length === 1 ? [task.attempt - 1] : []);
  const before = retries[place] ?? 0;
  if (before >= retry.maxAttempts - 1) return undefined;
  const full = backoffMs(retry, before);
  const delayMs =
    retry.jitter === 'full' ? full * fraction(`${executionId}#${taskId(task)}#${task.attempt}`) : full;
  const rest = notHandedOver(task);
  const counted = policy.retry.map((_, index) => (retries[index] ?? 0) + (index === place ? 1 : 0));
  return {
    ...rest,
    ...(task.retries !== undefined || counted.length > 1 ? { retries: counted } : {}),
    attempt: task.attempt + 1,
    dispatchAt: timeAfter(now, Math.round(delayMs)),
  };
}

function backoffMs({ intervalMs, backoffRate, maxDelayMs }: ResolvedRetryPolicy, retries: number): number {
  // The power may be Infinity, and 0 × Infinity is NaN.
  return intervalMs === 0 ? 0 : Math.min(intervalMs * backoffRate ** retries, maxDelayMs);
}

/** The task as an attempt that was handed over now: its times run from here on. */
export function handedOver(
  { dispatchAt: _, ...task }: OpenTask,
  policy: ResolvedTaskPolicy,
  cause: string,
  now: number,
): OpenTask {
  const { timeoutMs, heartbeatMs, startTimeoutMs, isPolled } = policyOf(task, policy);
  if (isPolled) {
    const startBy = timeAfter(now, firstLookMs({ timeoutMs, heartbeatMs }));
    return { ...notHandedOver(task), cause, startBy, waitsForResult: true };
  }
  return {
    ...task,
    cause,
    ...(timeoutMs !== undefined && { deadline: timeAfter(now, timeoutMs) }),
    ...(heartbeatMs !== undefined && { heartbeatAt: timeAfter(now, heartbeatMs) }),
    ...(startTimeoutMs !== undefined && { startBy: timeAfter(now, startTimeoutMs), waitsForResult: true }),
  };
}

/** The policy that holds for a task: its own times come before those of its worker. */
function policyOf({ timeoutMs, heartbeatMs }: OpenTask, policy: ResolvedTaskPolicy): ResolvedTaskPolicy {
  return {
    ...policy,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(heartbeatMs !== undefined && { heartbeatMs }),
  };
}

/** The task without the times of the attempt that it had. */
export function notHandedOver(task: OpenTask): OpenTask {
  const { deadline: _, heartbeatAt: __, startBy: ___, beat: ____, ...rest } = task;
  return rest;
}

/** When its attempt was handed over. Nothing where that is not known any more: its worker has begun. */
export function handedOverAt(task: OpenTask, ofWorker: ResolvedTaskPolicy): number | undefined {
  const policy = policyOf(task, ofWorker);
  if (task.deadline !== undefined && policy.timeoutMs !== undefined) return task.deadline - policy.timeoutMs;
  if (task.startBy === undefined) return undefined;
  if (policy.isPolled) return task.startBy - firstLookMs(policy);
  return policy.startTimeoutMs === undefined ? undefined : task.startBy - policy.startTimeoutMs;
}

interface Times {
  readonly timeoutMs?: number | undefined;
  readonly heartbeatMs?: number | undefined;
}

/** By then it is found whether a task has reached the queue of its activity. */
const longestToQueueMs = 60_000;

function firstLookMs(times: Times): number {
  return Math.min(longestToQueueMs, lookMs(times) ?? Number.POSITIVE_INFINITY);
}

/**
 * Between two looks at a task that no worker has taken yet: a worker that takes it after a look still has time at the
 * next. Undefined where its time is not limited.
 */
function lookMs({ timeoutMs, heartbeatMs }: Times): number | undefined {
  const times = [timeoutMs, heartbeatMs].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The task of an activity after a look at its queue: its times run from when a worker took it. */
export function afterLook(
  { startBy, ...task }: OpenTask,
  { count, takenAt }: SeenBeat,
  ofWorker: ResolvedTaskPolicy,
  now: number,
): OpenTask {
  const { timeoutMs, heartbeatMs } = policyOf(task, ofWorker);
  const between = lookMs({ timeoutMs, heartbeatMs });
  if (between === undefined) return { ...task, beat: count };
  if (takenAt === undefined) return { ...task, beat: count, startBy: timeAfter(now, between) };
  // Workers' clocks differ: it was taken after the look before.
  const since = Math.min(Math.max(takenAt, (startBy ?? now) - between), now);
  // The first sign of life is that it was taken.
  const livedAt = count > 1 ? now : since;
  return {
    ...task,
    beat: count,
    ...(timeoutMs !== undefined && { deadline: timeAfter(since, timeoutMs) }),
    ...(heartbeatMs !== undefined && { heartbeatAt: timeAfter(livedAt, heartbeatMs) }),
  };
}

export type TaskDue =
  | 'dispatch'
  /** No result has come in time. */
  | 'deadline'
  /** A sign of life must have come by now. */
  | 'heartbeat'
  /** The worker must have begun by now. */
  | 'start';

/** The first thing that is due for a task, and when. Undefined where its result may come at any time. */
export function nextDueOf(task: OpenTask): { readonly type: TaskDue; readonly at: number } | undefined {
  const { dispatchAt, deadline, startBy, heartbeatAt } = task;
  if (dispatchAt !== undefined) return { type: 'dispatch', at: dispatchAt };
  let first: { readonly type: TaskDue; readonly at: number } | undefined;
  if (deadline !== undefined) first = { type: 'deadline', at: deadline };
  if (startBy !== undefined && startBy < (first?.at ?? Number.POSITIVE_INFINITY)) {
    first = { type: 'start', at: startBy };
  }
  if (heartbeatAt !== undefined && heartbeatAt < (first?.at ?? Number.POSITIVE_INFINITY)) {
    first = { type: 'heartbeat', at: heartbeatAt };
  }
  return first;
}

export function nextDueAt(task: OpenTask): number | undefined {
  return nextDueOf(task)?.at;
}

/** The task after its worker's counter was found changed: it lives, and has begun. */
export function afterBeat(
  { startBy: _, ...task }: OpenTask,
  beat: number,
  policy: ResolvedTaskPolicy,
  now: number,
): OpenTask {
  return withHeartbeat({ ...task, beat }, policy, now);
}

/** The task as one whose worker has only now to give a sign of life in time. */
export function withHeartbeat(task: OpenTask, policy: ResolvedTaskPolicy, now: number): OpenTask {
  const { heartbeatMs } = policyOf(task, policy);
  return heartbeatMs === undefined ? task : { ...task, heartbeatAt: timeAfter(now, heartbeatMs) };
}

const namesOfGivenUp = {
  deadline: timeoutErrorName,
  heartbeat: heartbeatTimeoutErrorName,
  start: invocationLostErrorName,
} as const;

/** The error that the machine gets for an attempt that was given up. */
export function givenUp(
  task: OpenTask,
  due: Exclude<TaskDue, 'dispatch'>,
  ofWorker: ResolvedTaskPolicy,
): TaskError {
  const policy = policyOf(task, ofWorker);
  const attempt = `Attempt ${task.attempt} of task ${taskId(task)} (${task.worker})`;
  const why = {
    deadline: `gave no result within ${policy.timeoutMs} ms`,
    heartbeat: `gave no sign of life within ${policy.heartbeatMs} ms`,
    start: `had not begun within ${policy.startTimeoutMs} ms: its invocation was lost`,
  }[due];
  if (policy.once) {
    const message = `${attempt} ${why}. It may have done its work: the item ${taskKey(task).replace('task', 'claim')} shows whether it began.`;
    return { name: unknownOutcomeErrorName, message, retryable: false };
  }
  return { name: namesOfGivenUp[due], message: `${attempt} ${why}.` };
}

/** The task after its function could not take it: tried again a little later, as the same attempt. */
export function deferred(executionId: string, task: OpenTask, now: number): OpenTask {
  const rest = notHandedOver(task);
  const delayMs = 1000 + 2000 * fraction(`${executionId}#${taskId(task)}@${now}`);
  return { ...rest, dispatchAt: timeAfter(now, Math.round(delayMs)) };
}

/** A number from 0 to 1 that is the same for the same text, so that a replay draws what the first run drew (FNV-1a). */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000;
}

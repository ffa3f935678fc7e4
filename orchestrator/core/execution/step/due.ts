import type { PreparedMachine } from '../../machine/index.ts';
import { timeoutErrorName } from '../../policy/errorNames.ts';
import type { KnownItemResults } from '../lists/itemResults.ts';
import { openTasks } from '../lists/runningList.ts';
import { type OpenTask, taskKey } from '../model/openTask.ts';
import { beatReference, type SeenBeats } from '../tasks/seenBeat.ts';
import { afterBeat, afterLook, givenUp, nextDueOf, type TaskDue } from '../tasks/tasks.ts';
import type { Need } from './advance.types.ts';
import type { Draft } from './draft.ts';
import { drain } from './drain.ts';
import { endExecution } from './ending.ts';
import { attemptFailed } from './failedAttempt.ts';
import { applied, type Handled, isFollowUp } from './followUp.ts';
import type { Origin } from './origin.ts';
import { timerAtOf } from './wakeAt.ts';

/** More than this in one commit is left to the next wake, so that a machine of endless timers cannot hold a batch. */
const mostFirings = 200;

/** Fires the machine's timers that were due before an entry that is applied now, in order of due time. */
export function fireDueTimers(draft: Draft, machine: PreparedMachine, origin: Origin): void {
  // `wakeAt` is never later than the first timer, and is cheaper to ask than the snapshot.
  if (!draft.changed && (draft.execution.wakeAt ?? Number.POSITIVE_INFINITY) > draft.now) return;
  for (let fired = 0; fired < mostFirings && !draft.ended; fired++) {
    const timerAt = timerAtOf(draft) ?? Number.POSITIVE_INFINITY;
    if (isTimedOut(draft) && (draft.execution.timeoutAt ?? 0) <= timerAt) {
      timeOut(draft);
      return;
    }
    if (timerAt > draft.now) return;
    drain(draft, machine, timer, origin);
  }
}

/** A wake's knowledge and origin. */
interface Wake {
  readonly origin: Origin;
  readonly beats: SeenBeats;
  readonly itemResults: KnownItemResults;
}

/**
 * Fires timers, retries, deadlines and heartbeats that are due, in order of due time. Answers how many, or what has to be
 * known for it.
 */
export function fireDue(draft: Draft, machine: PreparedMachine, wake: Wake): number | Need {
  for (let fired = 0; fired < mostFirings; fired++) {
    const due = draft.ended ? undefined : earliest(draft);
    if (due === undefined || due.at > draft.now) return fired;
    if (!('task' in due)) {
      if (due.type === 'timer') drain(draft, machine, timer, wake.origin);
      else timeOut(draft);
    } else {
      const handled = fireTask(draft, machine, due, wake);
      if (handled.type === 'needs') return handled.need;
      if (isFollowUp(handled)) drain(draft, machine, handled, wake.origin);
    }
  }
  return mostFirings;
}

const timer = { type: 'step', input: { type: 'timer' } } as const;

function fireTask(draft: Draft, machine: PreparedMachine, { type, task }: DueTask, wake: Wake): Handled {
  const { policy } = machine.taskSourceOf(task.worker);
  if (type === 'dispatch') {
    draft.dispatch(task, policy, wake.origin);
    return applied;
  }
  const beat = type === 'deadline' ? undefined : wake.beats.get(taskKey(task));
  if (type === 'start' && policy.isPolled) {
    if (beat?.isQueued || beat?.takenAt !== undefined) {
      draft.replaceTask(afterLook(task, beat, policy, draft.now));
      draft.log('beat', beatReference(task, beat));
    } else draft.dispatch(task, policy, wake.origin);
    return applied;
  }
  if (beat !== undefined && beat.count !== task.beat) {
    draft.replaceTask(afterBeat(task, beat.count, policy, draft.now));
    // A replay has to see it, too.
    draft.log('beat', beatReference(task, beat));
    return applied;
  }
  const error = givenUp(task, type, policy);
  return attemptFailed(draft, machine, { task, error, status: 'TIMED_OUT' }, wake);
}

/** Whether the execution's time is over. */
export function isTimedOut({ execution, now }: Draft): boolean {
  return (execution.timeoutAt ?? Number.POSITIVE_INFINITY) <= now;
}

/** Ends it, whatever its machine would say. */
export function timeOut(draft: Draft): void {
  const message =
    'The execution took longer than its machine allows (meta.millrace.timeout). It can be redriven.';
  endExecution(draft, 'TIMED_OUT', { error: { code: 'ExecutionTimedOut', name: timeoutErrorName, message } });
}

type Due = { readonly type: 'timer' | 'executionTimeout'; readonly at: number } | DueTask;

interface DueTask {
  readonly type: TaskDue;
  readonly at: number;
  readonly task: OpenTask;
}

function earliest(draft: Draft): Due | undefined {
  const timerAt = timerAtOf(draft);
  let first: Due | undefined = timerAt === undefined ? undefined : { type: 'timer', at: timerAt };
  const { timeoutAt } = draft.execution;
  if (timeoutAt !== undefined && timeoutAt <= (first?.at ?? timeoutAt)) {
    first = { type: 'executionTimeout', at: timeoutAt };
  }
  for (const task of openTasks(draft.execution)) {
    const due = nextDueOf(task);
    if (due && due.at < (first?.at ?? Number.POSITIVE_INFINITY)) first = { ...due, task };
  }
  return first;
}

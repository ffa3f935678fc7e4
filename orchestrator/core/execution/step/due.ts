import type { TaskError } from '../../data/thrown.ts';
import type { PreparedMachine } from '../../machine/index.ts';
import { dataLimitErrorName, timeoutErrorName } from '../../policy/errorNames.ts';
import { isItemTask, openTasks } from '../lists/fanOut.ts';
import { settleItem } from '../lists/itemTasks.ts';
import { type OpenTask, taskKey } from '../model/execution.ts';
import { afterBeat, givenUp, nextDueOf, retryOf, type SeenBeats, type TaskDue } from '../tasks/tasks.ts';
import type { Draft } from './draft.ts';

/** More than this in one commit is left to the next wake, so that a machine of endless timers cannot hold a batch. */
const mostFirings = 200;

/** Fires the machine's timers that were due before an entry that is applied now, in order of due time. */
export function fireDueTimers(draft: Draft, machine: PreparedMachine, cause: string): void {
  // `wakeAt` is never later than the first timer, and is cheaper to ask than the snapshot.
  if (!draft.changed && (draft.execution.wakeAt ?? Number.POSITIVE_INFINITY) > draft.now) return;
  for (let fired = 0; fired < mostFirings && !draft.ended; fired++) {
    const timerAt = draft.nextTimerAt ?? Number.POSITIVE_INFINITY;
    if (isTimedOut(draft) && (draft.execution.timeoutAt ?? 0) <= timerAt) {
      timeOut(draft);
      return;
    }
    if (timerAt > draft.now) return;
    draft.taking(undefined);
    draft.step(machine, { type: 'timer' }, cause);
  }
}

/** Fires timers, retries, deadlines and heartbeats that are due, in order of due time. Answers how many. */
export function fireDue(draft: Draft, machine: PreparedMachine, cause: string, beats: SeenBeats): number {
  draft.taking(undefined);
  for (let fired = 0; fired < mostFirings; fired++) {
    const due = draft.ended ? undefined : earliest(draft);
    if (due === undefined || due.at > draft.now) return fired;
    switch (due.type) {
      case 'executionTimeout':
        timeOut(draft);
        break;
      case 'timer':
        draft.step(machine, { type: 'timer' }, cause);
        break;
      case 'dispatch':
        draft.dispatch(due.task, machine.taskSourceOf(due.task.worker).policy, cause);
        break;
      case 'deadline':
      case 'heartbeat':
      case 'start': {
        const { policy } = machine.taskSourceOf(due.task.worker);
        const beat = due.type === 'deadline' ? undefined : beats.get(taskKey(due.task));
        if (beat !== undefined && beat !== due.task.beat) {
          draft.replaceTask(afterBeat(due.task, beat, policy, draft.now));
          // A replay has to see it, too.
          draft.log('beat', `${taskKey(due.task)}#${beat}`);
        } else {
          const error = givenUp(due.task, due.type, policy);
          failAttempt(draft, machine, due.task, error, cause, 'TIMED_OUT');
        }
        break;
      }
      default:
        due satisfies never;
    }
  }
  return mostFirings;
}

/** Whether the execution's time is over. */
export function isTimedOut({ execution, now }: Draft): boolean {
  return (execution.timeoutAt ?? Number.POSITIVE_INFINITY) <= now;
}

/** Ends it, whatever its machine would say. */
export function timeOut(draft: Draft): void {
  const message =
    'The execution took longer than its machine allows (meta.millrace.timeout). It can be redriven.';
  draft.end('TIMED_OUT', { error: { code: 'ExecutionTimedOut', name: timeoutErrorName, message } });
}

type Due =
  | { readonly type: 'timer' | 'executionTimeout'; readonly at: number }
  | { readonly type: TaskDue; readonly at: number; readonly task: OpenTask };

function earliest(draft: Draft): Due | undefined {
  const timerAt = draft.nextTimerAt;
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

/** An attempt has failed: it is tried again, or the machine is told. */
export function failAttempt(
  draft: Draft,
  machine: PreparedMachine,
  task: OpenTask,
  error: TaskError,
  cause: string,
  status: 'FAILED' | 'TIMED_OUT' = 'FAILED',
): void {
  // Another attempt would answer as much.
  const isTooLarge = !error.$thrown && error.name === dataLimitErrorName;
  const { policy } = machine.taskSourceOf(task.worker);
  const retry = isTooLarge ? undefined : retryOf(draft.execution.executionId, task, error, policy, draft.now);
  if (retry) {
    draft.replaceTask(retry);
    return;
  }
  if (isItemTask(task)) {
    settleItem(draft, machine, task, status, cause);
    return;
  }
  draft.settle(machine, { type: 'taskFailed', task: task.task, error }, cause);
}

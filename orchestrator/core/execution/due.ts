import type { PreparedMachine } from '../machine/index.ts';
import type { TaskError } from '../machine/step.types.ts';
import type { Draft } from './draft.ts';
import type { OpenTask } from './execution.ts';
import { isItemTask, openTasks } from './fanOut.ts';
import { settleItem } from './itemTasks.ts';
import { dataLimitErrorName, retryOf, timeoutError } from './tasks.ts';

/** More than this in one commit is left to the next wake, so that a machine of endless timers cannot hold a batch. */
const mostFirings = 200;

/** Fires the machine's timers that were due before an entry that is applied now, in order of due time. */
export function fireDueTimers(draft: Draft, machine: PreparedMachine, cause: string): void {
  // `wakeAt` is never later than the first timer, and is cheaper to ask than the snapshot.
  if (!draft.changed && (draft.execution.wakeAt ?? Number.POSITIVE_INFINITY) > draft.now) return;
  for (let fired = 0; fired < mostFirings && !draft.ended; fired++) {
    if ((draft.nextTimerAt ?? Number.POSITIVE_INFINITY) > draft.now) return;
    draft.step(machine, { type: 'timer' }, cause);
  }
}

/** Fires timers, retries and deadlines that are due, in order of due time. Answers how many. */
export function fireDue(draft: Draft, machine: PreparedMachine, cause: string): number {
  for (let fired = 0; fired < mostFirings; fired++) {
    const due = draft.ended ? undefined : earliest(draft);
    if (due === undefined || due.at > draft.now) return fired;
    switch (due.type) {
      case 'timer':
        draft.step(machine, { type: 'timer' }, cause);
        break;
      case 'dispatch':
        draft.dispatch(due.task, machine.taskSourceOf(due.task.worker).policy.timeoutMs, cause);
        break;
      case 'deadline': {
        const { policy } = machine.taskSourceOf(due.task.worker);
        failAttempt(draft, machine, due.task, timeoutError(due.task, policy), cause, 'TIMED_OUT');
        break;
      }
      default:
        due satisfies never;
    }
  }
  return mostFirings;
}

type Due =
  | { readonly type: 'timer'; readonly at: number }
  | { readonly type: 'dispatch' | 'deadline'; readonly at: number; readonly task: OpenTask };

function earliest(draft: Draft): Due | undefined {
  const timerAt = draft.nextTimerAt;
  let first: Due | undefined = timerAt === undefined ? undefined : { type: 'timer', at: timerAt };
  for (const task of openTasks(draft.execution)) {
    const at = task.dispatchAt ?? task.deadline ?? Number.POSITIVE_INFINITY;
    if (first && at >= first.at) continue;
    first = { type: task.dispatchAt === undefined ? 'deadline' : 'dispatch', at, task };
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
  const isTooLarge = error.name === dataLimitErrorName;
  if (isTooLarge && !isItemTask(task)) {
    draft.fail({ code: 'DataLimitExceeded', name: error.name, message: error.message });
    return;
  }
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

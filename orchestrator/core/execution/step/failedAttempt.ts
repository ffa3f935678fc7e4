import type { TaskError } from '../../data/thrown.ts';
import type { PreparedMachine } from '../../machine/index.ts';
import { dataLimitErrorName } from '../../policy/errorNames.ts';
import type { KnownItemResults } from '../lists/itemResults.ts';
import { itemDone } from '../lists/itemTasks.ts';
import { isItemTask } from '../lists/runningList.ts';
import type { OpenTask } from '../model/openTask.ts';
import { retryOf } from '../tasks/tasks.ts';
import type { Draft } from './draft.ts';
import { applied, type Handled } from './followUp.ts';
import type { Origin } from './origin.ts';

export interface FailedAttempt {
  readonly task: OpenTask;
  readonly error: TaskError;
  readonly status: 'FAILED' | 'TIMED_OUT';
}

/** An attempt has failed: it is tried again, or the machine gets the error. */
export function attemptFailed(
  draft: Draft,
  machine: PreparedMachine,
  { task, error, status }: FailedAttempt,
  given: { readonly origin: Origin; readonly itemResults: KnownItemResults },
): Handled {
  // Another attempt would answer as much.
  const isTooLarge = !error.$thrown && error.name === dataLimitErrorName;
  const { policy } = machine.taskSourceOf(task.worker);
  const retry = isTooLarge ? undefined : retryOf(draft.execution.executionId, task, error, policy, draft.now);
  if (retry) {
    draft.replaceTask(retry);
    return applied;
  }
  if (isItemTask(task)) return itemDone(draft, machine, task, status, given);
  return { type: 'settle', outcome: { type: 'taskFailed', task: task.task, error } };
}

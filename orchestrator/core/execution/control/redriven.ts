import type { PreparedMachine } from '../../machine/index.ts';
import { cancelledErrorName } from '../../policy/errorNames.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { timeAfter } from '../../policy/time.ts';
import { openTasks } from '../lists/runningList.ts';
import type { OpenTask } from '../model/openTask.ts';
import type { Draft } from '../step/draft.ts';
import { drain } from '../step/drain.ts';
import type { Origin } from '../step/origin.ts';
import { withHeartbeat } from '../tasks/tasks.ts';
import { anotherAttempt } from './control.ts';
import { taskWithPatch } from './inputPatch.ts';

/**
 * After a redrive: attempts whose time has run out are followed by others, those that were under way are dispatched
 * once more (the end may have come before they were), and the execution's own time begins again.
 */
export function goOnFromFailure(draft: Draft, machine: PreparedMachine, origin: Origin): void {
  const patchedTask = taskWithPatch(draft.execution);
  if (patchedTask) draft.replaceTask(patchedTask);
  for (const task of openTasks(draft.execution)) {
    if (task.dispatchAt !== undefined || task.work === 'cancelled') continue;
    const { policy } = machine.taskSourceOf(task.worker);
    if (task.starts?.isStopped) {
      draft.replaceTask(anotherAttempt(task, draft.now));
    } else if ((task.deadline ?? Number.POSITIVE_INFINITY) <= draft.now) {
      // A `once` task does not get another attempt: its machine gets the error.
      if (!policy.once) draft.replaceTask(anotherAttempt(task, draft.now));
    } else if (task.waitsForResult && task.startBy === undefined && !mayBeQueued(task, policy)) {
      // Its worker has done its part; no one looked for signs of life meanwhile.
      draft.replaceTask(withHeartbeat(task, policy, draft.now));
    } else draft.dispatch(task, policy, origin);
  }
  draft.clear('failed');
  draft.clear('inputPatch');
  draft.clear('redriveNumber');
  draft.set({ machineVersion: machine.version, definitionHash: machine.definitionHash });
  if (machine.timeoutMs !== undefined) draft.set({ timeoutAt: timeAfter(draft.now, machine.timeoutMs) });
  failCancelled(draft, machine, origin);
}

/** The work that these tasks had outside was cancelled when the execution ended: their machine has it done again. */
function failCancelled(draft: Draft, machine: PreparedMachine, origin: Origin): void {
  for (;;) {
    const task = draft.ended ? undefined : draft.execution.tasks.find(({ work }) => work === 'cancelled');
    if (!task) return;
    const message = `The work of task ${task.task} was cancelled when the execution ended.`;
    const error = { name: cancelledErrorName, message };
    drain(
      draft,
      machine,
      { type: 'settle', outcome: { type: 'taskFailed', task: task.task, error } },
      origin,
    );
  }
}

/** No look has found it taken. Workers may have withdrawn it from the queue of its activity when the execution ended. */
function mayBeQueued({ deadline, heartbeatAt }: OpenTask, { isPolled }: ResolvedTaskPolicy): boolean {
  return isPolled === true && deadline === undefined && heartbeatAt === undefined;
}

import { jsonChanges } from '../../data/jsonChanges.ts';
import { type OpenTask, taskKey } from '../model/openTask.ts';
import type { Draft } from '../step/draft.ts';

/**
 * Has the workers of tasks cancel the work outside that nothing waits for any more: the state that waited was left, its time ran
 * out, or the execution has ended. A task that has its result is over, and so is its work.
 */
export function cancelAbandoned(draft: Draft): void {
  const { before, answered, openedWork } = draft;
  // A task that is opened and abandoned by one commit was not dispatched: it has started nothing.
  const opened = openedWork.filter(({ work }) => work === 'awaits');
  for (const task of [...before.tasks, ...opened]) {
    if (task.work === undefined || task.work === 'cancelled' || answered.has(taskKey(task))) continue;
    if (!isAwaited(draft, task)) draft.effects.push({ type: 'cancel', task });
  }
}

/** Another attempt of the task, or another task that waits for the same work, may be open. */
function isAwaited({ execution }: Draft, task: OpenTask): boolean {
  return execution.tasks.some(
    (open) =>
      open.work !== 'cancelled' &&
      (open.task === task.task || (task.work === 'awaits' && awaitsSame(open, task))),
  );
}

function awaitsSame(open: OpenTask, task: OpenTask): boolean {
  if (open.work !== 'awaits' || open.worker !== task.worker) return false;
  // Where an input is in the object store, rather leave work alone than cancel what is awaited.
  if (open.input === undefined || task.input === undefined) return true;
  return jsonChanges(open.input, task.input).length === 0;
}

/**
 * The tasks of an execution that has ended, for a redrive: what they started or awaited outside is stopped or cancelled with this
 * commit, and has to be done again.
 */
export function tasksAfterEnd({ answered }: Draft, tasks: readonly OpenTask[]): readonly OpenTask[] {
  return tasks.map((task) => {
    const { starts, work } = task;
    if ((!starts && !work) || answered.has(taskKey(task))) return task;
    return {
      ...task,
      ...(starts && { starts: { ...starts, isStopped: true } }),
      ...(work && { work: 'cancelled' }),
    };
  });
}

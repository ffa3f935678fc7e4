import type { Execution } from '../model/execution.ts';
import type { OpenTask } from '../model/openTask.ts';
import { patched } from './mergePatch.ts';

/** Whose input a redrive's patch changes, or why there is none that it could change. */
export type PatchTarget =
  | { readonly type: 'task'; readonly task: OpenTask }
  /** The start failed, or has not been applied yet. */
  | { readonly type: 'start' }
  | {
      readonly type: 'none';
      readonly because: 'list' | 'child' | 'item' | 'nothingFailed';
      readonly task?: number;
    };

export function patchTarget(execution: Execution): PatchTarget {
  const { failed, tasks, lists = [], definitionHash } = execution;
  const task = tasks.find((open) => open.task === failed?.task);
  if (task) return { type: 'task', task };
  if (failed?.task !== undefined) {
    const isList = lists.some((list) => list.task === failed.task);
    return { type: 'none', because: isList ? 'list' : 'child', task: failed.task };
  }
  if (definitionHash === undefined || failed?.reference === 'start') return { type: 'start' };
  return { type: 'none', because: failed ? 'item' : 'nothingFailed' };
}

/** The task that failed with its input patched; nothing where the patch is another's. */
export function taskWithPatch(execution: Execution): OpenTask | undefined {
  const task = taskToPatch(execution);
  if (!task || execution.inputPatch === undefined) return undefined;
  const { inputAt: _, ...rest } = task;
  return { ...rest, input: patched(task.input ?? null, execution.inputPatch) };
}

/** The task that is to be patched, while its input is in the object store and has not been fetched. */
export function unfetchedPatchedTask(execution: Execution): OpenTask | undefined {
  const task = taskToPatch(execution);
  return task && task.input === undefined && task.inputAt !== undefined ? task : undefined;
}

function taskToPatch(execution: Execution): OpenTask | undefined {
  if (execution.inputPatch === undefined) return undefined;
  const target = patchTarget(execution);
  return target.type === 'task' ? target.task : undefined;
}

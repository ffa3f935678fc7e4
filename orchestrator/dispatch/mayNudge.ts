import type { OpenTask } from '../core/execution/model/openTask.ts';
import type { PreparedMachine } from '../core/machine/index.ts';
import type { TaskSource } from '../core/machine/sources.ts';

/**
 * Whether the worker of a task may invoke the orchestrator with its result: the worker decides, then the machine, then the
 * deployment. Not for an item of a list, of which many end at a time, nor where the worker does not write the result.
 */
export function mayNudge(
  machine: PreparedMachine,
  source: TaskSource,
  { index, waitsForResult, starts }: OpenTask,
  isDefault: boolean,
): boolean {
  if (index !== undefined || waitsForResult || starts || source.kind === 'lambda') return false;
  return source.policy.nudge ?? machine.nudge ?? isDefault;
}

import { ownActorName, type PreparedMachine } from '../core/machine/index.ts';
import { defaultTimeoutMs, type ResolvedTaskPolicy } from '../core/policy/taskPolicy.ts';

export interface NeededWorker {
  /** Ids of the machines that need it. */
  readonly machines: readonly string[];
  /** Every one of them names it by `worker({ worker: … })`: it may be deployed by something else, under the same prefix. */
  readonly isNamedApart: boolean;
  /** The longest time that a machine gives it for a task. Absent where none sets a time in which a function can do it. */
  readonly taskSeconds?: number;
}

/** Lambda ends a function then: a task that may take longer is done elsewhere. */
const longestFunctionMs = 900_000;

/** By the name of the worker. */
export type NeededWorkers = Readonly<Record<string, NeededWorker>>;

/** The workers that machines name, each of which must be a function of the deployment. */
export function neededWorkers(machines: readonly PreparedMachine[]): NeededWorkers {
  const needed = new Map<string, NeededWorker>();
  for (const { id, listsOf = id, sources } of machines) {
    for (const [src, source] of sources) {
      const task = source.kind === 'each' ? source.item : source;
      if (task.kind !== 'worker') continue;
      const before: NeededWorker = needed.get(task.worker) ?? { machines: [], isNamedApart: true };
      const taskSeconds = Math.max(before.taskSeconds ?? 0, taskSecondsOf(task.policy));
      needed.set(task.worker, {
        machines: [...new Set([...before.machines, listsOf])].sort(),
        isNamedApart: before.isNamedApart && task.worker !== ownActorName(src),
        ...(taskSeconds > 0 && { taskSeconds }),
      });
    }
  }
  return Object.fromEntries(needed);
}

/** 0 where the machine sets no time, where the function need not run for so long, and where none could. */
function taskSecondsOf({ timeoutMs = defaultTimeoutMs, startTimeoutMs }: ResolvedTaskPolicy): number {
  if (startTimeoutMs !== undefined || timeoutMs > longestFunctionMs) return 0;
  return Math.ceil(timeoutMs / 1000);
}

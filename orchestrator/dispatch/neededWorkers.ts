import { ownActorName, type PreparedMachine } from '../core/machine/index.ts';

export interface NeededWorker {
  /** Ids of the machines that need it. */
  readonly machines: readonly string[];
  /** Every one of them names it by `worker({ worker: … })`: it may be deployed by something else, under the same prefix. */
  readonly isNamedApart: boolean;
}

/** By the name of the worker. */
export type NeededWorkers = Readonly<Record<string, NeededWorker>>;

/** The workers that machines name, each of which must be a function of the deployment. */
export function neededWorkers(machines: readonly PreparedMachine[]): NeededWorkers {
  const needed = new Map<string, NeededWorker>();
  for (const { id, listsOf = id, sources } of machines) {
    for (const [src, source] of sources) {
      const task = source.kind === 'each' ? source.item : source;
      if (task.kind !== 'worker') continue;
      const { machines: others, isNamedApart } = needed.get(task.worker) ?? {
        machines: [],
        isNamedApart: true,
      };
      needed.set(task.worker, {
        machines: [...new Set([...others, listsOf])].sort(),
        isNamedApart: isNamedApart && task.worker !== ownActorName(src),
      });
    }
  }
  return Object.fromEntries(needed);
}

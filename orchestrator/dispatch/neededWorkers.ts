import type { PreparedMachine } from '../core/machine/index.ts';

/** Ids of the machines that need a worker, by its name. */
export type NeededWorkers = Readonly<Record<string, readonly string[]>>;

/** The workers that machines name, each of which must be a function of the deployment. */
export function neededWorkers(machines: readonly PreparedMachine[]): NeededWorkers {
  const needed = new Map<string, Set<string>>();
  for (const { id, listsOf = id, sources } of machines) {
    for (const source of sources.values()) {
      const task = source.kind === 'each' ? source.item : source;
      if (task.kind !== 'worker') continue;
      needed.set(task.worker, (needed.get(task.worker) ?? new Set()).add(listsOf));
    }
  }
  return Object.fromEntries([...needed].map(([worker, ids]) => [worker, [...ids].sort()]));
}

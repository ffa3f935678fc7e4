import { nearest } from '../../orchestrator/core/data/nearest.ts';
import type { NeededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import { BundleError, type BundleProblem } from './bundleError.ts';

/**
 * Deployed without a worker that it names, a machine fails only when it comes to the task.
 *
 * @param needed undefined where the machines are not known
 * @throws BundleError
 */
export function refuseMissingWorkers(needed: NeededWorkers | undefined, workers: readonly string[]): void {
  const known = new Set(workers);
  const missing = Object.entries(needed ?? {}).filter(([name]) => !known.has(name));
  if (missing.length === 0) return;
  throw new BundleError(
    'WorkerNotFound',
    missing.map(([name, machines]) => missingWorker(name, machines, workers)),
  );
}

function missingWorker(name: string, machines: readonly string[], workers: readonly string[]): BundleProblem {
  const similar = nearest(name, workers);
  const who = `${machines.length === 1 ? 'Machine' : 'Machines'} ${machines.map((id) => `'${id}'`).join(', ')}`;
  const there = workers.length === 0 ? 'There are no workers' : `The workers are ${workers.join(', ')}`;
  const instead =
    similar === undefined
      ? `${there}. Add a module '${name}' that exports 'handler' to the folder of workers, or change the name in the machine.`
      : `Did you mean '${similar}'? Otherwise add a module '${name}' that exports 'handler' to the folder of workers.`;
  return { message: `${who}: there is no worker '${name}'. ${instead}` };
}

import { serviceWorkerName } from '../../asl/integrations/serviceCall.ts';
import { nearest } from '../../orchestrator/core/data/nearest.ts';
import type { NeededWorker, NeededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import { BundleError, type BundleProblem } from './bundleError.ts';

/**
 * Deployed without a worker that it names, a machine fails only when it comes to the task. A worker that is named apart from
 * its actor, and whose name resembles no other, may be deployed by something else: it is let pass.
 *
 * @param needed undefined where the machines are not known
 * @throws BundleError
 */
export function refuseMissingWorkers(needed: NeededWorkers | undefined, workers: readonly string[]): void {
  const known = new Set([...workers, serviceWorkerName]);
  const missing = Object.entries(needed ?? {}).filter(
    ([name, { isNamedApart }]) => !known.has(name) && !(isNamedApart && nearest(name, workers) === undefined),
  );
  if (missing.length === 0) return;
  throw new BundleError(
    'WorkerNotFound',
    missing.map(([name, worker]) => missingWorker(name, worker, workers)),
  );
}

function missingWorker(name: string, { machines }: NeededWorker, workers: readonly string[]): BundleProblem {
  const similar = nearest(name, workers);
  const who = `${machines.length === 1 ? 'Machine' : 'Machines'} ${machines.map((id) => `'${id}'`).join(', ')}`;
  const there = workers.length === 0 ? 'There are no workers' : `The workers are ${workers.join(', ')}`;
  const add = `add a module '${name}' that exports 'handler' to the folder of workers`;
  const instead =
    similar === undefined
      ? `${there}. Change the name in the machine, or ${add}.`
      : `Did you mean '${similar}'? Otherwise ${add}.`;
  return { message: `${who}: there is no worker '${name}'. ${instead}` };
}

import { isWorkerName } from '../../orchestrator/core/policy/functionNames.ts';

/** A name that no deployed worker can have is for a test: the actor has it, and the test stands in for the actor. */
export function namedWorker(name: string): { readonly worker?: string } {
  return isWorkerName(name) ? { worker: name } : {};
}

import type { Json } from '../../orchestrator/core/data/json.ts';
import { listTask } from '../../orchestrator/core/policy/listFiles.ts';
import { StoreNotConfiguredError } from '../../orchestrator/store/objectStore.ts';
import type { Surroundings } from '../defineWorker.ts';
import type { Task } from '../runTask.ts';
import { collectResults } from './collect.ts';
import { splitFile } from './split.ts';

/** A task that the worker host does for a list in a file. */
type ListTask = (input: Json, task: Task, surroundings: Surroundings) => Promise<Json>;

/** The worker host's own task under a name that no worker can have. */
export function listTaskOf(worker: string): ListTask | undefined {
  switch (worker) {
    case listTask.split:
      return (input, { executionId, attempt, signal }, surroundings) => {
        const store = storeOf(input, surroundings);
        return splitFile(input, { store, data: surroundings.data, executionId, attempt, signal });
      };
    case listTask.collect:
      return (input, { executionId }, surroundings) => {
        const store = storeOf(input, surroundings);
        return collectResults(input, { store, journal: surroundings.table.journal, executionId });
      };
    default:
      return undefined;
  }
}

/** @throws StoreNotConfiguredError */
function storeOf(input: Json, { store }: Surroundings) {
  if (store) return store;
  const items = typeof input === 'object' && input !== null && 'items' in input ? input.items : undefined;
  throw new StoreNotConfiguredError(typeof items === 'string' ? items : 'a list');
}

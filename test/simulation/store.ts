import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import type { ListedObject, ObjectStore } from '../../orchestrator/store/objectStore.ts';
import { dataFolder } from '../../orchestrator/table/stored/dataKeys.ts';
import type { SimulatedProcess } from './process.ts';
import type { Schedule } from './schedule.ts';

/** The object that stands for all that an execution has in the store from its begin on. */
function objectOf(executionId: string): string {
  return `${dataFolder(executionId)}input`;
}

/** The bucket for large data, whose lifecycle rule deletes objects by their age. */
export class SimulatedStore {
  readonly #objects: MemoryStore;

  constructor(schedule: Schedule) {
    this.#objects = new MemoryStore(() => schedule.now);
  }

  begin(executionId: string): Promise<void> {
    return this.#objects.put(objectOf(executionId), new Uint8Array(1));
  }

  /** When the object of an execution was written, or renewed. */
  async writtenAt(executionId: string): Promise<number | undefined> {
    for await (const { key, writtenAt } of this.#objects.list(dataFolder(executionId))) {
      if (key === objectOf(executionId)) return writtenAt;
    }
    return undefined;
  }

  /** As a process sees it, which can die at each call. */
  of(process: SimulatedProcess): ObjectStore {
    const objects = this.#objects;
    async function* list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
      await process.call(
        () => `list objects ${prefix}`,
        () => undefined,
      );
      yield* objects.list(prefix);
    }
    return {
      url: objects.url,
      put: (key, bytes) => objects.put(key, bytes),
      get: (key, maximumBytes) => objects.get(key, maximumBytes),
      stream: (key, fromByte) => objects.stream(key, fromByte),
      delete: (key) => objects.delete(key),
      list,
      renew: async (key) => {
        await process.call(
          () => `renew object ${key}`,
          () => undefined,
        );
        await objects.renew(key);
      },
    };
  }
}

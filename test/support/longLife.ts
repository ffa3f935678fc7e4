import { expiryOf } from '../../orchestrator/table/retention.ts';
import { parkedStatuses } from '../../orchestrator/table/schema.ts';
import type { StoredRig } from './storedRig.ts';

export const dayMs = 86_400_000;
/** By the lifecycle rule of a deployment that keeps items for 90 days. */
const objectsKeptMs = 98 * dayMs;

/** Delivers what was written, to all executions, until nothing more is. */
export async function settle({ rig, newInstance }: Pick<StoredRig, 'rig' | 'newInstance'>): Promise<void> {
  const instance = newInstance();
  for (let ids = rig.undelivered(); ids.length > 0; ids = rig.undelivered()) {
    for (const id of ids) await rig.deliver(instance, id);
  }
}

/** Days pass, on each of which DynamoDB and S3 delete what has expired, before the clock looks. */
export async function live(stored: StoredRig, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    stored.rig.now += dayMs;
    await deleteExpired(stored);
    await look(stored);
    await settle({ rig: stored.rig, newInstance: () => stored.newInstance() });
  }
}

async function deleteExpired({ rig, store }: StoredRig): Promise<void> {
  for (const [key, item] of rig.table.items) {
    if ((expiryOf(item) ?? Number.POSITIVE_INFINITY) <= rig.now) rig.table.items.delete(key);
  }
  for await (const { key, writtenAt } of store.list('data/')) {
    if (writtenAt + objectsKeptMs <= rig.now) await store.delete(key);
  }
}

async function look(stored: StoredRig): Promise<void> {
  const { rig } = stored;
  const instance = stored.newInstance();
  const request = { shard: 0, until: rig.now, limit: 1000 };
  const pages = [
    await rig.table.index.listDue(request),
    ...(await Promise.all(parkedStatuses.map((parked) => rig.table.index.listDue({ ...request, parked })))),
  ];
  for (const { executionId, wakeAt } of pages.flatMap(({ items }) => items)) {
    await instance.wake(executionId, `wake#${wakeAt}`);
  }
}

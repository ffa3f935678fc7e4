import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { shardOf } from '../../orchestrator/table/executionItem.ts';
import { statusIn } from '../../orchestrator/table/executionVersion.ts';
import { decodeCursor, encodeCursor } from '../../orchestrator/table/indexQueries.ts';
import { outlineOf } from '../../orchestrator/table/outline.ts';
import type { ExecutionVersion, Outline, ScanRequest } from '../../orchestrator/table/requests.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';
import type { Outlines } from '../../orchestrator/table/table.ts';
import { idOf, keyOf, type MemoryItems } from './memoryItems.ts';

/** The items of a table in memory, without their data. */
export class MemoryOutlines implements Outlines {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async readStatus(executionId: string): Promise<ExecutionVersion | undefined> {
    const found = this.#items.get(executionId, sortKey.execution);
    const [item] = this.#items.unexpired(found ? [found] : []);
    return item && statusIn(item);
  }

  async readOutline(executionId: string): Promise<Outline> {
    const items = [...this.#items.items.values()].filter((item) => idOf(item) === executionId);
    return this.#outlined(items);
  }

  async scan({
    segment,
    segments,
    limit = 1000,
    cursor,
  }: ScanRequest): Promise<Outline & { cursor?: string }> {
    const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
    const after = from && keyOf(idOf(from), from.item?.S ?? '');
    const found = [...this.#items.items.entries()]
      .filter(([key, item]) => shardOf(idOf(item), segments) === segment && (!after || key > after))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);
    const last = found.length > limit ? found[limit - 1] : undefined;
    if (!last) return this.#outlined(found);
    const { executionId = { S: '' }, item = { S: '' } } = last;
    const next = encodeCursor({ shard: segment, from: { executionId, item } });
    return { ...this.#outlined(found.slice(0, limit)), cursor: next };
  }

  #outlined(items: readonly Attributes[]): Outline {
    const outlines = items.map(outlineOf);
    return { items: outlines.filter((outline) => outline !== undefined), readUnits: 0 };
  }
}

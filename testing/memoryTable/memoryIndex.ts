import { type Queue, type QueueRequest, queueOf } from '../../orchestrator/table/activityQueue.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { browse, browsedPartitions, countedEach, isBrowsed } from '../../orchestrator/table/browse.ts';
import {
  decodeCursor,
  duePartition,
  encodeCursor,
  indexKeyOf,
  isIndexed,
  listedExecution,
  listedInIndex,
  listPartition,
  listShards,
} from '../../orchestrator/table/indexQueries.ts';
import type {
  BrowseRequest,
  Count,
  CountRequest,
  DueExecution,
  DueRequest,
  ListAnyRequest,
  ListedExecution,
  ListRequest,
  Page,
} from '../../orchestrator/table/requests.ts';
import { indexPartition, neverMs } from '../../orchestrator/table/schema.ts';
import type { ExecutionIndex } from '../../orchestrator/table/table.ts';
import { idOf, type MemoryItems } from './memoryItems.ts';

/** The table's index, in memory. */
export class MemoryIndex implements ExecutionIndex {
  readonly #items: MemoryItems;
  readonly #indexShards: number;

  constructor(items: MemoryItems, indexShards: number) {
    this.#items = items;
    this.#indexShards = indexShards;
  }

  async listDue(request: DueRequest): Promise<Page<DueExecution>> {
    const { until, limit, cursor } = request;
    const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
    const { items, next } = this.#indexPage(duePartition(request), limit, from, (sort) => sort <= until);
    const due = items.map((item) => ({ executionId: idOf(item), wakeAt: sortOf(item) }));
    return next ? { items: due, cursor: encodeCursor({ shard: 0, from: next }) } : { items: due };
  }

  async list({ machine, status, limit, cursor, since }: ListRequest): Promise<Page<ListedExecution>> {
    const isRunning = status === 'RUNNING';
    const items: ListedExecution[] = [];
    for (const { shard, from } of listShards(this.#indexShards, cursor)) {
      const partition = listPartition({ machine, status }, shard);
      const isLatestFirst = !isRunning && since === undefined;
      const isListed = (sort: number, item: Attributes) =>
        item.machine?.S === machine && (isRunning || sort >= (since ?? 0));
      const page = this.#indexPage(partition, limit - items.length, from, isListed, isLatestFirst);
      const kept = this.#items.unexpired(page.items);
      items.push(...kept.map((item) => listedExecution(item, status)));
      if (page.next) return { items, cursor: encodeCursor({ shard, from: page.next }) };
      const isEnd = shard + 1 >= this.#indexShards;
      if (items.length >= limit && !isEnd) return { items, cursor: encodeCursor({ shard: shard + 1 }) };
    }
    return { items };
  }

  async listAny(request: ListAnyRequest): Promise<Page<ListedExecution>> {
    const { limit, cursor } = request;
    const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
    const keyOf = (item: Attributes) => `${item.mr_pk?.S} ${idOf(item)}`;
    const listed = this.#items
      .unexpired([...this.#items.items.values()])
      .filter((item) => item.mr_pk !== undefined && (!from || keyOf(item) > keyOf(from)))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .flatMap((item) => {
        const execution = listedInIndex(item, request);
        return execution ? [{ item, execution }] : [];
      });
    const page = listed.slice(0, limit);
    const last = page.at(-1);
    const items = page.map(({ execution }) => execution);
    if (!last || listed.length <= limit) return { items };
    return { items, cursor: encodeCursor({ shard: 0, from: indexKeyOf(last.item) }) };
  }

  browse(request: BrowseRequest): Promise<Page<ListedExecution>> {
    const { since = 0, until = Number.POSITIVE_INFINITY } = request;
    return browse(request, this.#indexShards, async ({ name, status }, from, limit) => {
      const isRunning = status === 'RUNNING';
      const isListed = (sort: number) => isRunning || (sort >= since && sort <= until);
      const page = this.#indexPage(name, limit, from, isListed, !isRunning);
      return { ...page, items: this.#items.unexpired(page.items) };
    });
  }

  async count(request: CountRequest): Promise<Count> {
    const partitions = browsedPartitions(request, [request.status], this.#indexShards);
    const each = countedEach(request, partitions.length);
    const pages = partitions.map((partition) => {
      const { items, next } = this.#indexPage(partition.name, each, undefined, () => true);
      return { count: items.filter((item) => isBrowsed(item, partition, {})).length, isPartial: !!next };
    });
    return {
      count: pages.reduce((sum, { count }) => sum + count, 0),
      isPartial: pages.some(({ isPartial }) => isPartial),
    };
  }

  async readQueue({ activity, limit }: QueueRequest): Promise<Queue> {
    const shards = Array.from({ length: this.#indexShards }, (_, shard) => shard);
    const pages = shards.map((shard) =>
      [...this.#items.items.values()]
        .filter((item) => item.mr_pk?.S === indexPartition.activity(activity, shard))
        .sort((a, b) => sortOf(a) - sortOf(b)),
    );
    const items = pages.flatMap((page) => page.slice(0, limit));
    return queueOf(
      items,
      pages.some((page) => page.length > limit),
    );
  }

  /** The items of one index partition, in the order of its sort key and, as in DynamoDB, some order beyond that. */
  #indexPage(
    partition: string,
    limit: number,
    from: Attributes | undefined,
    isListed: (sort: number, item: Attributes) => boolean,
    isLatestFirst = false,
  ): { items: Attributes[]; next: Attributes | undefined } {
    const direction = isLatestFirst ? -1 : 1;
    const compare = (a: Attributes, b: Attributes) =>
      direction * (sortOf(a) - sortOf(b) || (idOf(a) < idOf(b) ? -1 : idOf(a) === idOf(b) ? 0 : 1));
    const found = [...this.#items.items.values()]
      .filter((item) => isIndexed(item) && item.mr_pk?.S === partition && isListed(sortOf(item), item))
      .filter((item) => !from || compare(item, from) > 0)
      .sort(compare);
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? items.at(-1) : undefined };
  }

  /** The earliest time that an execution is to be woken at; infinite where none is. */
  nextWakeAt(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const item of this.#items.items.values()) {
      if (isIndexed(item) && item.mr_pk?.S?.startsWith('due#')) earliest = Math.min(earliest, sortOf(item));
    }
    return earliest < neverMs ? earliest : Number.POSITIVE_INFINITY;
  }
}

function sortOf(item: Attributes): number {
  return Number(item.mr_sk?.N);
}

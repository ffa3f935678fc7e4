import { type Queue, type QueueRequest, queueOf, queueQuery } from '../activityQueue.ts';
import { browse, browsedPartitions, browseQuery, countedEach, countQuery } from '../browse.ts';
import {
  decodeCursor,
  dueQuery,
  encodeCursor,
  indexKeyOf,
  indexScan,
  isIndexed,
  listedExecution,
  listedInIndex,
  listQuery,
  listShards,
} from '../indexQueries.ts';
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
} from '../requests.ts';
import { mayHaveExpired, type TableLayout } from '../retention.ts';
import { sortKey } from '../schema.ts';
import type { ExecutionIndex } from '../table.ts';
import { type DynamoDBCalls, keyOf, pageOf } from './dynamoDBCalls.ts';

/** The table's index, in DynamoDB. */
export class DynamoDBIndex implements ExecutionIndex {
  readonly #calls: DynamoDBCalls;
  readonly #layout: TableLayout;
  readonly #now: () => number;

  constructor(calls: DynamoDBCalls, layout: TableLayout, now: () => number) {
    this.#calls = calls;
    this.#layout = layout;
    this.#now = now;
  }

  async listDue(request: DueRequest): Promise<Page<DueExecution>> {
    const output = await this.#calls.query(dueQuery(request));
    const items = (output.Items ?? []).filter(isIndexed).map((item) => ({
      executionId: item.executionId?.S ?? '',
      wakeAt: Number(item.mr_sk?.N),
    }));
    return pageOf(items, output.LastEvaluatedKey);
  }

  async list(request: ListRequest): Promise<Page<ListedExecution>> {
    return this.#withoutExpired(await this.#list(request));
  }

  async #list(request: ListRequest): Promise<Page<ListedExecution>> {
    const { indexShards } = this.#layout;
    const items: ListedExecution[] = [];
    const shards = listShards(indexShards, request.cursor);
    for (const shard of shards) {
      let from = shard.from;
      do {
        const output = await this.#calls.query(
          listQuery(request, shard.shard, from, request.limit - items.length),
        );
        from = output.LastEvaluatedKey;
        const found = (output.Items ?? []).filter(isIndexed);
        for (const item of found) items.push(listedExecution(item, request.status));
        if (items.length >= request.limit) {
          const next = from ? { shard: shard.shard, from } : { shard: shard.shard + 1 };
          const isEnd = next.shard >= indexShards;
          return isEnd ? { items } : { items, cursor: encodeCursor(next) };
        }
      } while (from);
    }
    return { items };
  }

  async listAny(request: ListAnyRequest): Promise<Page<ListedExecution>> {
    return this.#withoutExpired(await this.#listAny(request));
  }

  async #listAny(request: ListAnyRequest): Promise<Page<ListedExecution>> {
    const items: ListedExecution[] = [];
    let from = request.cursor === undefined ? undefined : decodeCursor(request.cursor).from;
    do {
      const output = await this.#calls.scan(indexScan(request, from));
      for (const item of output.Items ?? []) {
        const listed = listedInIndex(item, request);
        if (!listed) continue;
        if (items.length === request.limit) return pageOf(items, from);
        items.push(listed);
        from = indexKeyOf(item);
      }
      from = output.LastEvaluatedKey;
    } while (from);
    return { items };
  }

  async browse(request: BrowseRequest): Promise<Page<ListedExecution>> {
    const page = await browse(request, this.#layout.indexShards, async (partition, from, limit) => {
      const output = await this.#calls.query(browseQuery(partition, request, from, limit));
      return { items: output.Items ?? [], next: output.LastEvaluatedKey };
    });
    return this.#withoutExpired(page);
  }

  async count(request: CountRequest): Promise<Count> {
    const partitions = browsedPartitions(request, [request.status], this.#layout.indexShards);
    const each = countedEach(request, partitions.length);
    const outputs = await Promise.all(
      partitions.map((partition) => this.#calls.query(countQuery(partition, each))),
    );
    return {
      count: outputs.reduce((sum, { Count: count = 0 }) => sum + count, 0),
      isPartial: outputs.some(({ LastEvaluatedKey }) => LastEvaluatedKey !== undefined),
    };
  }

  async readQueue(request: QueueRequest): Promise<Queue> {
    const shards = Array.from({ length: this.#layout.indexShards }, (_, shard) => shard);
    const outputs = await Promise.all(shards.map((shard) => this.#calls.query(queueQuery(request, shard))));
    const isPartial = outputs.some(({ LastEvaluatedKey }) => LastEvaluatedKey !== undefined);
    return queueOf(
      outputs.flatMap(({ Items = [] }) => Items),
      isPartial,
    );
  }

  /** The index does not have an item's expiry. Only those that are old enough are looked up: DynamoDB deletes them soon. */
  async #withoutExpired(page: Page<ListedExecution>): Promise<Page<ListedExecution>> {
    const now = this.#now();
    const old = page.items.filter(({ endedAt }) => mayHaveExpired(endedAt, this.#layout, now));
    if (old.length === 0) return page;
    const ids = [...new Set(old.map(({ executionId }) => executionId))];
    const found = await this.#calls.getAll(ids.map((id) => keyOf(id, sortKey.execution)));
    const kept = new Set(this.#calls.unexpired(found).map(({ executionId }) => executionId?.S));
    const items = page.items.filter((item) => !old.includes(item) || kept.has(item.executionId));
    return { ...page, items };
  }
}

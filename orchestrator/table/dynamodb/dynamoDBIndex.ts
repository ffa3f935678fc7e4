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
import type { ExecutionIndex } from '../table.ts';
import { type DynamoDBCalls, pageOf } from './dynamoDBCalls.ts';

/** The table's index, in DynamoDB. */
export class DynamoDBIndex implements ExecutionIndex {
  readonly #calls: DynamoDBCalls;
  readonly #indexShards: number;

  constructor(calls: DynamoDBCalls, indexShards: number) {
    this.#calls = calls;
    this.#indexShards = indexShards;
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
    const items: ListedExecution[] = [];
    const shards = listShards(this.#indexShards, request.cursor);
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
          const isEnd = next.shard >= this.#indexShards;
          return isEnd ? { items } : { items, cursor: encodeCursor(next) };
        }
      } while (from);
    }
    return { items };
  }

  async listAny(request: ListAnyRequest): Promise<Page<ListedExecution>> {
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

  browse(request: BrowseRequest): Promise<Page<ListedExecution>> {
    return browse(request, this.#indexShards, async (partition, from, limit) => {
      const output = await this.#calls.query(browseQuery(partition, request, from, limit));
      return { items: output.Items ?? [], next: output.LastEvaluatedKey };
    });
  }

  async count(request: CountRequest): Promise<Count> {
    const partitions = browsedPartitions(request, [request.status], this.#indexShards);
    const each = countedEach(request, partitions.length);
    const outputs = await Promise.all(
      partitions.map((partition) => this.#calls.query(countQuery(partition, each))),
    );
    return {
      count: outputs.reduce((sum, { Count: count = 0 }) => sum + count, 0),
      isPartial: outputs.some(({ LastEvaluatedKey }) => LastEvaluatedKey !== undefined),
    };
  }
}

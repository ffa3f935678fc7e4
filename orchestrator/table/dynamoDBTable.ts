import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { LogSegment } from '../core/execution/draft.ts';
import type { Emission } from '../core/execution/emission.ts';
import type { JournalEntry } from '../core/execution/entries.ts';
import type { Execution } from '../core/execution/execution.ts';
import type { OutgoingItem } from '../core/execution/messages.ts';
import { type Attributes, attributesSize } from './attributes.ts';
import { CommitTransactions } from './commitTransaction.ts';
import { type Condition, isNotWrittenYet, isStillAtVersion } from './conditions.ts';
import { decodeExecution, encodeExecution, expiresAt, isoTime, type TableLayout } from './executionItem.ts';
import {
  decodeCursor,
  dueQuery,
  encodeCursor,
  listedExecution,
  listQuery,
  listShards,
} from './indexQueries.ts';
import { checkedSize } from './itemSize.ts';
import {
  decodeJournalItem,
  encodeEvent,
  encodeResult,
  encodeStart,
  isSameStart,
  type ResultItem,
  type StartItem,
} from './journalItems.ts';
import { encodeOutgoing } from './messageItems.ts';
import { sortKey, sortKeyPrefix } from './schema.ts';
import type {
  CommitOutcome,
  DueExecution,
  DueRequest,
  HistoryItems,
  InsertOutcome,
  InsertStartOutcome,
  ListedExecution,
  ListRequest,
  NewEvent,
  Page,
  Table,
  TaskAttempt,
} from './table.ts';
import { UnprocessedBackoff } from './unprocessedBackoff.ts';

export interface DynamoDBTableOptions extends TableLayout {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told the units that each call took, as DynamoDB counts them. @default not asked for */
  readonly onConsumedCapacity?: (consumed: Units) => void;
  /** Waits before what DynamoDB did not take is asked for again. @default the system's timers */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Units {
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** The table in DynamoDB, or in anything that speaks its API. */
export class DynamoDBTable implements Table {
  readonly #options: DynamoDBTableOptions;
  readonly #client: DynamoDBClient;
  readonly #transactions: CommitTransactions;
  readonly #common: { readonly TableName: string; readonly ReturnConsumedCapacity?: 'TOTAL' };

  constructor(options: DynamoDBTableOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#transactions = new CommitTransactions(options);
    this.#common = {
      TableName: options.tableName,
      ...(options.onConsumedCapacity && { ReturnConsumedCapacity: 'TOTAL' as const }),
    };
  }

  async readExecution(executionId: string): Promise<Execution | undefined> {
    const item = await this.#get(executionId, sortKey.execution);
    return item && decodeExecution(item);
  }

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const item = await this.#get(executionId, sortKey.start);
    return item && decodeJournalItem(item);
  }

  readEvents(executionId: string): Promise<JournalEntry[]> {
    return this.#readPrefix(executionId, sortKeyPrefix.event);
  }

  readResults(executionId: string, attempts: readonly TaskAttempt[]): Promise<JournalEntry[]> {
    const references = attempts.map(({ task, attempt }) => sortKey.result(task, attempt));
    return this.readJournalEntries(executionId, references);
  }

  async readJournalEntries(executionId: string, references: readonly string[]): Promise<JournalEntry[]> {
    return entriesOf(await this.#getMany(executionId, references));
  }

  async readJournalPage(executionId: string, cursor?: string): Promise<Page<JournalEntry>> {
    const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
    const output = await this.#query({
      ...partitionQuery(executionId),
      ...(from && { ExclusiveStartKey: from }),
    });
    return page(entriesOf(output.Items ?? []), output.LastEvaluatedKey);
  }

  async readJournal(executionId: string): Promise<JournalEntry[]> {
    const start = await this.readStart(executionId);
    const results = await this.#readPrefix(executionId, sortKeyPrefix.result);
    const messages = await this.#readPrefix(executionId, sortKeyPrefix.message);
    const events = await this.readEvents(executionId);
    return [...(start ? [start] : []), ...events, ...messages, ...results];
  }

  async readLogSegment(executionId: string, number: number): Promise<string | undefined> {
    return (await this.#get(executionId, sortKey.logSegment(number)))?.log?.S;
  }

  async readLogSegments(executionId: string, numbers: readonly number[]): Promise<LogSegment[]> {
    const items = await this.#getMany(executionId, numbers.map(sortKey.logSegment));
    return items.map((item) => ({ number: segmentNumber(item), text: item.log?.S ?? '' }));
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const items = await this.#queryAll(partitionQuery(executionId));
    const execution = items.find((item) => item.item?.S === sortKey.execution);
    const segments = items
      .filter((item) => item.item?.S?.startsWith(sortKeyPrefix.logSegment))
      .sort((a, b) => segmentNumber(a) - segmentNumber(b));
    return {
      execution: execution && decodeExecution(execution),
      journal: entriesOf(items),
      segments: segments.map((item) => item.log?.S ?? ''),
    };
  }

  async readMessages(
    executionId: string,
    sender: string,
    numbers: readonly number[],
  ): Promise<JournalEntry[]> {
    const items: Attributes[] = [];
    for (const number of numbers) {
      const item = await this.#get(executionId, sortKey.message(sender, number));
      if (item) items.push(item);
    }
    return entriesOf(items);
  }

  async commit(
    execution: Execution,
    outgoing: readonly OutgoingItem[] = [],
    emitted: readonly Emission[] = [],
  ): Promise<CommitOutcome> {
    const encoded = encodeExecution(execution, this.#options, emitted);
    if (encoded.type === 'tooLarge') return encoded;
    const condition =
      execution.version === 1
        ? isNotWrittenYet
        : isStillAtVersion(execution.version - 1, isoTime(execution.startedAt));
    if (outgoing.length > 0) {
      const expiry = expiresAt(this.#options, this.#options.now());
      const items = outgoing.map((item) => encodeOutgoing(item, expiry));
      return this.#transactions.commit(encoded.item, condition, items);
    }
    const outcome = await this.#put(encoded.item, condition);
    if (outcome.type === 'written') return { type: 'committed' };
    const current = outcome.existing && decodeExecution(outcome.existing);
    // A request that was sent again by the SDK can meet its own first attempt.
    if (current && outcome.attempts > 1 && isSameCommit(current, execution)) return { type: 'committed' };
    return { type: 'conflict', current };
  }

  async writeLogSegment(executionId: string, segment: LogSegment): Promise<void> {
    const expiry = expiresAt(this.#options, this.#options.now());
    await this.#put({
      ...this.#key(executionId, sortKey.logSegment(segment.number)),
      log: { S: segment.text },
      ...(expiry !== undefined && { expiresAt: { N: String(expiry) } }),
    });
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const item = encodeStart(start, expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#put(checkedSize('The start item', item), isNotWrittenYet);
    if (outcome.type === 'written') return { type: 'inserted' };
    const existing = outcome.existing;
    return { type: existing !== undefined && isSameStart(existing, item) ? 'same' : 'different' };
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    const item = encodeEvent(event, expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#put(checkedSize('The event item', item), isNotWrittenYet);
    return outcome.type === 'written' ? 'inserted' : 'exists';
  }

  async insertResult(result: ResultItem, expiry?: number): Promise<InsertOutcome> {
    const item = encodeResult(result, expiry ?? expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#put(checkedSize('The result item', item), isNotWrittenYet);
    return outcome.type === 'written' ? 'inserted' : 'exists';
  }

  async listDue(request: DueRequest): Promise<Page<DueExecution>> {
    const output = await this.#query(dueQuery(request));
    const items = (output.Items ?? []).map((item) => ({
      executionId: item.executionId?.S ?? '',
      wakeAt: Number(item.mr_sk?.N),
    }));
    return page(items, output.LastEvaluatedKey);
  }

  async list(request: ListRequest): Promise<Page<ListedExecution>> {
    const items: ListedExecution[] = [];
    const shards = listShards(this.#options.indexShards, request.cursor);
    for (const shard of shards) {
      let from = shard.from;
      do {
        const output = await this.#query(listQuery(request, shard.shard, from, request.limit - items.length));
        from = output.LastEvaluatedKey;
        for (const item of output.Items ?? []) items.push(listedExecution(item, request.status));
        if (items.length >= request.limit) {
          const next = from ? { shard: shard.shard, from } : { shard: shard.shard + 1 };
          const isEnd = next.shard >= this.#options.indexShards;
          return isEnd ? { items } : { items, cursor: encodeCursor(next) };
        }
      } while (from);
    }
    return { items };
  }

  #key(executionId: string, item: string): Attributes {
    return { executionId: { S: executionId }, item: { S: item } };
  }

  async #get(executionId: string, item: string): Promise<Attributes | undefined> {
    const output = await this.#client.send(
      new GetItemCommand({ ...this.#common, Key: this.#key(executionId, item), ConsistentRead: true }),
    );
    this.#countRead(output.ConsumedCapacity);
    return output.Item;
  }

  async #getMany(executionId: string, sortKeys: readonly string[]): Promise<Attributes[]> {
    const items: Attributes[] = [];
    // BatchGetItem takes 100 keys at a time, and may leave some for a later call.
    const backoff = new UnprocessedBackoff(this.#options.sleep ?? sleep);
    for (let pending = sortKeys.map((key) => this.#key(executionId, key)); pending.length > 0; ) {
      const table = this.#options.tableName;
      const output = await this.#client.send(
        new BatchGetItemCommand({
          RequestItems: { [table]: { Keys: pending.slice(0, 100), ConsistentRead: true } },
          ...(this.#common.ReturnConsumedCapacity && { ReturnConsumedCapacity: 'TOTAL' }),
        }),
      );
      for (const consumed of output.ConsumedCapacity ?? []) this.#countRead(consumed);
      items.push(...(output.Responses?.[table] ?? []));
      const unprocessed = output.UnprocessedKeys?.[table]?.Keys ?? [];
      await backoff.after(Math.min(pending.length, 100), unprocessed.length);
      pending = [...unprocessed, ...pending.slice(100)];
    }
    return items;
  }

  async #readPrefix(executionId: string, prefix: string): Promise<JournalEntry[]> {
    const items = await this.#queryAll({
      KeyConditionExpression: 'executionId = :id AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':id': { S: executionId }, ':prefix': { S: prefix } },
      ConsistentRead: true,
    });
    return entriesOf(items);
  }

  async #queryAll(query: Omit<QueryCommandInput, 'TableName'>): Promise<Attributes[]> {
    const items: Attributes[] = [];
    let from: Attributes | undefined;
    do {
      const output = await this.#query({ ...query, ...(from && { ExclusiveStartKey: from }) });
      items.push(...(output.Items ?? []));
      from = output.LastEvaluatedKey;
    } while (from);
    return items;
  }

  async #query(query: Omit<QueryCommandInput, 'TableName'>) {
    const output = await this.#client.send(new QueryCommand({ ...this.#common, ...query }));
    this.#countRead(output.ConsumedCapacity);
    return output;
  }

  async #put(item: Attributes, condition?: Condition): Promise<PutOutcome> {
    try {
      const output = await this.#client.send(
        new PutItemCommand({
          ...this.#common,
          Item: item,
          ...(condition && { ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        }),
      );
      const units = output.ConsumedCapacity?.CapacityUnits;
      if (units !== undefined) this.#options.onConsumedCapacity?.({ writeUnits: units, readUnits: 0 });
      return { type: 'written' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // A failed condition is charged like a write of the item.
      const writeUnits = Math.ceil(attributesSize(item) / 1024);
      if (this.#common.ReturnConsumedCapacity)
        this.#options.onConsumedCapacity?.({ writeUnits, readUnits: 0 });
      return { type: 'refused', existing: error.Item, attempts: error.$metadata.attempts ?? 1 };
    }
  }

  #countRead(consumed: ConsumedCapacity | undefined): void {
    const readUnits = consumed?.CapacityUnits;
    if (readUnits !== undefined) this.#options.onConsumedCapacity?.({ writeUnits: 0, readUnits });
  }
}

type PutOutcome =
  | { readonly type: 'written' }
  | { readonly type: 'refused'; readonly existing: Attributes | undefined; readonly attempts: number };

function isSameCommit(a: Execution, b: Execution): boolean {
  return (
    a.version === b.version && a.log === b.log && a.snapshot === b.snapshot && a.updatedAt === b.updatedAt
  );
}

function entriesOf(items: readonly Attributes[]): JournalEntry[] {
  return items.map(decodeJournalItem).filter((entry) => entry !== undefined);
}

function partitionQuery(executionId: string) {
  return {
    KeyConditionExpression: 'executionId = :id',
    ExpressionAttributeValues: { ':id': { S: executionId } },
    ConsistentRead: true,
  };
}

function segmentNumber(item: Attributes): number {
  return Number(item.item?.S?.slice(sortKeyPrefix.logSegment.length));
}

function page<T>(items: readonly T[], from: Attributes | undefined): Page<T> {
  return from ? { items, cursor: encodeCursor({ shard: 0, from }) } : { items };
}

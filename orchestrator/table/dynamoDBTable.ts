import type { Json } from '../core/data/json.ts';
import type { OutgoingItem } from '../core/execution/children/messages.ts';
import type { Emission } from '../core/execution/model/emission.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { LogSegment } from '../core/execution/step/commitDraft.ts';
import type { Attributes } from './attributes.ts';
import { CommitTransactions } from './commitTransaction.ts';
import { hasNotBegun, isNotWrittenYet, isStillAtVersion } from './conditions.ts';
import { DynamoDBCalls, type DynamoDBCallsOptions, keyOf } from './dynamoDBCalls.ts';
import { decodeExecution, encodeExecution, isoTime } from './executionItem.ts';
import {
  decodeCursor,
  dueQuery,
  encodeCursor,
  isIndexed,
  listedExecution,
  listQuery,
  listShards,
} from './indexQueries.ts';
import { checkedSize } from './itemSize.ts';
import { decodeItemsPage, encodeItemsPage } from './itemsPages.ts';
import {
  decodeJournalItem,
  encodeEvent,
  encodeResult,
  encodeStart,
  isSameStart,
  type ResultItem,
  type StartItem,
} from './journalItems.ts';
import {
  type Beat,
  beatItem,
  beatUpdate,
  type Claim,
  type ClaimOutcome,
  decodeBeat,
  encodeClaim,
  type NewBeat,
} from './liveness.ts';
import { encodeOutgoing } from './messageItems.ts';
import { OutlineReader } from './outlineReader.ts';
import { postponeExpiry, renewItems } from './renewItems.ts';
import type {
  DueExecution,
  DueRequest,
  ItemsRenewal,
  ListedExecution,
  ListRequest,
  Page,
  RenewedItems,
  ScanRequest,
} from './requests.ts';
import { expiresAt, isExpired, type TableLayout } from './retention.ts';
import { sortKey, sortKeyPrefix } from './schema.ts';
import type {
  CommitOutcome,
  ExecutionVersion,
  HistoryItems,
  InsertOutcome,
  InsertStartOutcome,
  ItemsPage,
  NewEvent,
  Outline,
  Table,
  TaskAttempt,
} from './table.ts';

export interface DynamoDBTableOptions extends TableLayout, DynamoDBCallsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The table in DynamoDB, or in anything that speaks its API. */
export class DynamoDBTable implements Table {
  readonly #options: DynamoDBTableOptions;
  readonly #calls: DynamoDBCalls;
  readonly #transactions: CommitTransactions;
  readonly #outlines: OutlineReader;

  constructor(options: DynamoDBTableOptions) {
    this.#options = options;
    this.#calls = new DynamoDBCalls(options);
    this.#transactions = new CommitTransactions(options);
    this.#outlines = new OutlineReader({ ...options, count: (consumed) => this.#calls.countRead(consumed) });
  }

  async readExecution(executionId: string): Promise<Execution | undefined> {
    const item = await this.#calls.get(executionId, sortKey.execution);
    return item && decodeExecution(item);
  }

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const item = await this.#calls.get(executionId, sortKey.start);
    return item && decodeJournalItem(item);
  }

  readEvents(executionId: string): Promise<JournalEntry[]> {
    return this.#readPrefix(executionId, sortKeyPrefix.event);
  }

  readResults(executionId: string, attempts: readonly TaskAttempt[]): Promise<JournalEntry[]> {
    const references = attempts.map((attempt) => sortKey.result(attempt));
    return this.readJournalEntries(executionId, references);
  }

  async readJournalEntries(executionId: string, references: readonly string[]): Promise<JournalEntry[]> {
    return entriesOf(await this.#calls.getMany(executionId, references));
  }

  async readJournalPage(executionId: string, cursor?: string): Promise<Page<JournalEntry>> {
    const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
    const output = await this.#calls.query({
      ...partitionQuery(executionId),
      ...(from && { ExclusiveStartKey: from }),
    });
    const now = this.#options.now();
    const items = (output.Items ?? []).filter((item) => !isExpired(item, now));
    return page(entriesOf(items), output.LastEvaluatedKey);
  }

  readItemResults(executionId: string, task: number): Promise<JournalEntry[]> {
    return this.#readPrefix(executionId, sortKeyPrefix.itemResult(task));
  }

  async readItemsPage(executionId: string, page: ItemsPage): Promise<readonly Json[] | undefined> {
    const item = await this.#calls.get(executionId, sortKey.itemsPage(page.task, page.hash, page.page));
    return item && decodeItemsPage(item);
  }

  async readJournal(executionId: string): Promise<JournalEntry[]> {
    const start = await this.readStart(executionId);
    const results = await this.#readPrefix(executionId, sortKeyPrefix.result);
    const messages = await this.#readPrefix(executionId, sortKeyPrefix.message);
    const events = await this.readEvents(executionId);
    return [...(start ? [start] : []), ...events, ...messages, ...results];
  }

  async readLogSegment(executionId: string, number: number): Promise<string | undefined> {
    return (await this.#calls.get(executionId, sortKey.logSegment(number)))?.log?.S;
  }

  async readLogSegments(executionId: string, numbers: readonly number[]): Promise<LogSegment[]> {
    const items = await this.#calls.getMany(executionId, numbers.map(sortKey.logSegment));
    return items.map((item) => ({ number: segmentNumber(item), text: item.log?.S ?? '' }));
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const items = await this.#calls.queryAll(partitionQuery(executionId));
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
      const item = await this.#calls.get(executionId, sortKey.message(sender, number));
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
        ? hasNotBegun(this.#options.now())
        : isStillAtVersion(execution.version - 1, isoTime(execution.startedAt));
    if (outgoing.length > 0) {
      const expiry = expiresAt(this.#options, this.#options.now());
      const items = outgoing.map((item) => encodeOutgoing(item, expiry, execution.traceparent));
      return this.#transactions.commit(encoded.item, condition, items);
    }
    const outcome = await this.#calls.put(encoded.item, condition);
    if (outcome.type === 'written') return { type: 'committed' };
    const current = outcome.existing && decodeExecution(outcome.existing);
    // A request that was sent again by the SDK can meet its own first attempt.
    if (current && outcome.attempts > 1 && isSameCommit(current, execution)) return { type: 'committed' };
    return { type: 'conflict', current };
  }

  async writeLogSegment(executionId: string, segment: LogSegment): Promise<void> {
    const expiry = expiresAt(this.#options, this.#options.now());
    await this.#calls.put({
      ...keyOf(executionId, sortKey.logSegment(segment.number)),
      log: { S: segment.text },
      ...(expiry !== undefined && { expiresAt: { N: String(expiry) } }),
    });
  }

  async writeItemsPage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void> {
    const item = encodeItemsPage(executionId, page, items, expiresAt(this.#options, this.#options.now()));
    await this.#calls.put(checkedSize('A page of items', item));
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const item = encodeStart(start, expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#calls.put(checkedSize('The start item', item), isNotWrittenYet);
    if (outcome.type === 'written') return { type: 'inserted' };
    const { existing } = outcome;
    // Of one that has expired nothing can be told any more; its id is free once DynamoDB has deleted it.
    const isSame = existing && !isExpired(existing, this.#options.now()) && isSameStart(existing, item);
    return { type: isSame ? 'same' : 'different' };
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    const item = encodeEvent(event, expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#calls.put(checkedSize('The event item', item), isNotWrittenYet);
    return outcome.type === 'written' ? 'inserted' : 'exists';
  }

  async insertResult(result: ResultItem, expiry?: number): Promise<InsertOutcome> {
    const item = encodeResult(result, expiry ?? expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#calls.put(checkedSize('The result item', item), isNotWrittenYet);
    return outcome.type === 'written' ? 'inserted' : 'exists';
  }

  async readBeats(executionId: string, attempts: readonly TaskAttempt[]): Promise<Beat[]> {
    const keys = attempts.map(sortKey.beat);
    const items = await this.#calls.getMany(executionId, keys);
    return items.map(decodeBeat).filter((beat) => beat !== undefined);
  }

  async writeBeat(beat: NewBeat, expiry?: number): Promise<void> {
    checkedSize('The beat item', beatItem(undefined, beat));
    const update = beatUpdate(beat, expiry ?? expiresAt(this.#options, this.#options.now()));
    await this.#calls.update(update);
  }

  async insertClaim(claim: Claim, expiry?: number): Promise<ClaimOutcome> {
    const item = encodeClaim(claim, expiry ?? expiresAt(this.#options, this.#options.now()));
    const outcome = await this.#calls.put(item, isNotWrittenYet);
    // A request that was sent again by the SDK can meet its own first attempt.
    const isOwn = outcome.type === 'written' || outcome.existing?.claimedBy?.S === claim.claimedBy;
    return isOwn ? 'claimed' : 'taken';
  }

  renewItems(executionId: string, renewal: ItemsRenewal): Promise<RenewedItems> {
    return renewItems(this.#calls, executionId, renewal);
  }

  postponeExpiry(executionId: string, reference: string, until: number | undefined): Promise<void> {
    return postponeExpiry(this.#calls, keyOf(executionId, reference), until);
  }

  async listDue(request: DueRequest): Promise<Page<DueExecution>> {
    const output = await this.#calls.query(dueQuery(request));
    const items = (output.Items ?? []).filter(isIndexed).map((item) => ({
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
        const output = await this.#calls.query(
          listQuery(request, shard.shard, from, request.limit - items.length),
        );
        from = output.LastEvaluatedKey;
        const found = (output.Items ?? []).filter(isIndexed);
        for (const item of found) items.push(listedExecution(item, request.status));
        if (items.length >= request.limit) {
          const next = from ? { shard: shard.shard, from } : { shard: shard.shard + 1 };
          const isEnd = next.shard >= this.#options.indexShards;
          return isEnd ? { items } : { items, cursor: encodeCursor(next) };
        }
      } while (from);
    }
    return { items };
  }

  readStatus(executionId: string): Promise<ExecutionVersion | undefined> {
    return this.#outlines.readStatus(executionId);
  }

  readOutline(executionId: string): Promise<Outline> {
    return this.#outlines.readOutline(executionId);
  }

  scan(request: ScanRequest): Promise<Outline & { readonly cursor?: string }> {
    return this.#outlines.scan(request);
  }

  async #readPrefix(executionId: string, prefix: string): Promise<JournalEntry[]> {
    const items = await this.#calls.queryAll({
      KeyConditionExpression: 'executionId = :id AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':id': { S: executionId }, ':prefix': { S: prefix } },
      ConsistentRead: true,
    });
    return entriesOf(items);
  }
}

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

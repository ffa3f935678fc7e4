import type { Json } from '../orchestrator/core/data/json.ts';
import type { OutgoingItem } from '../orchestrator/core/execution/children/messages.ts';
import type { Emission } from '../orchestrator/core/execution/model/emission.ts';
import type { JournalEntry } from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import type { LogSegment } from '../orchestrator/core/execution/step/commitDraft.ts';
import { type Attributes, attributesSize } from '../orchestrator/table/attributes.ts';
import { decodeExecution, encodeExecution, shardOf } from '../orchestrator/table/executionItem.ts';
import {
  decodeCursor,
  duePartition,
  encodeCursor,
  isIndexed,
  listedExecution,
  listPartition,
  listShards,
} from '../orchestrator/table/indexQueries.ts';
import { checkedSize } from '../orchestrator/table/itemSize.ts';
import { decodeItemsPage, encodeItemsPage } from '../orchestrator/table/itemsPages.ts';
import {
  decodeJournalItem,
  encodeEvent,
  encodeResult,
  encodeStart,
  isSameStart,
  type ResultItem,
  type StartItem,
} from '../orchestrator/table/journalItems.ts';
import {
  type Beat,
  beatItem,
  type Claim,
  type ClaimOutcome,
  decodeBeat,
  encodeClaim,
  type NewBeat,
} from '../orchestrator/table/liveness.ts';
import { encodeOutgoing } from '../orchestrator/table/messageItems.ts';
import { outlineOf } from '../orchestrator/table/outline.ts';
import { expiresBefore, graceOf } from '../orchestrator/table/renewItems.ts';
import type {
  DueExecution,
  DueRequest,
  ItemsRenewal,
  ListedExecution,
  ListRequest,
  Page,
  RenewedItems,
  ScanRequest,
} from '../orchestrator/table/requests.ts';
import { expiresAt, isExpired, type TableLayout } from '../orchestrator/table/retention.ts';
import { maximumItemBytes, neverMs, sortKey } from '../orchestrator/table/schema.ts';
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
} from '../orchestrator/table/table.ts';

/** A table in memory, with the items that DynamoDB would hold: whatever passes through it went through the codecs. */
export class MemoryTable implements Table {
  readonly items = new Map<string, Attributes>();
  /** Told of each journal item that was inserted, as the stream would tell. */
  onInsert: (item: Attributes) => void = () => {};
  /** Told of each `execution` item as it was committed. */
  onCommit: (item: Attributes) => void = () => {};
  commits = 0;
  readonly #layout: TableLayout;

  readonly #now: () => number;

  /** @param now milliseconds since the epoch, from which items are kept for as long as the layout says */
  constructor(layout: TableLayout = { indexShards: 1 }, now: () => number = () => 0) {
    this.#layout = layout;
    this.#now = now;
  }

  put(item: Attributes): void {
    const key = keyOf(item.executionId?.S ?? '', item.item?.S ?? '');
    const isNew = !this.items.has(key);
    this.items.set(key, structuredClone(item));
    if (isNew && decodeJournalItem(item)) this.onInsert(item);
  }

  async readExecution(executionId: string): Promise<Execution | undefined> {
    const item = this.#get(executionId, sortKey.execution);
    return item && decodeExecution(item);
  }

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const item = this.#get(executionId, sortKey.start);
    return item && decodeJournalItem(item);
  }

  async readEvents(executionId: string): Promise<JournalEntry[]> {
    return this.#journal(executionId).filter((entry) => entry.reference.startsWith('event#'));
  }

  async readResults(executionId: string, attempts: readonly TaskAttempt[]): Promise<JournalEntry[]> {
    const keys = new Set(attempts.map((attempt) => sortKey.result(attempt)));
    return this.#journal(executionId).filter((entry) => keys.has(entry.reference));
  }

  async readItemResults(executionId: string, task: number): Promise<JournalEntry[]> {
    return this.#journal(executionId).filter(({ reference }) => reference.startsWith(`task#${task}.`));
  }

  async readItemsPage(
    executionId: string,
    { task, hash, page }: ItemsPage,
  ): Promise<readonly Json[] | undefined> {
    const item = this.#get(executionId, sortKey.itemsPage(task, hash, page));
    return item && decodeItemsPage(item);
  }

  async writeItemsPage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void> {
    this.put(checkedSize('A page of items', encodeItemsPage(executionId, page, items, this.#expiry())));
  }

  async readJournal(executionId: string): Promise<JournalEntry[]> {
    return this.#journal(executionId);
  }

  async readJournalEntries(executionId: string, references: readonly string[]): Promise<JournalEntry[]> {
    return this.#journal(executionId).filter(({ reference }) => references.includes(reference));
  }

  async readJournalPage(executionId: string): Promise<Page<JournalEntry>> {
    return { items: this.#journal(executionId) };
  }

  async readLogSegments(executionId: string, numbers: readonly number[]): Promise<LogSegment[]> {
    const unique = [...new Set(numbers)];
    const texts = await Promise.all(unique.map((number) => this.readLogSegment(executionId, number)));
    return texts.flatMap((text, i) => (text === undefined ? [] : [{ number: unique[i] ?? 0, text }]));
  }

  async readLogSegment(executionId: string, number: number): Promise<string | undefined> {
    return this.#get(executionId, sortKey.logSegment(number))?.log?.S;
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const execution = await this.readExecution(executionId);
    const segments: string[] = [];
    for (let number = 0; number < (execution?.logSegments ?? 0); number++) {
      segments.push((await this.readLogSegment(executionId, number)) ?? '');
    }
    return { execution, journal: this.#journal(executionId), segments };
  }

  async readMessages(
    executionId: string,
    sender: string,
    numbers: readonly number[],
  ): Promise<JournalEntry[]> {
    const keys = new Set(numbers.map((number) => sortKey.message(sender, number)));
    return this.#journal(executionId).filter((entry) => keys.has(entry.reference));
  }

  async commit(
    execution: Execution,
    outgoing: readonly OutgoingItem[] = [],
    emitted: readonly Emission[] = [],
  ): Promise<CommitOutcome> {
    const encoded = encodeExecution(execution, this.#layout, emitted);
    if (encoded.type === 'tooLarge') return encoded;
    const stored = this.#get(execution.executionId, sortKey.execution);
    const current = stored && decodeExecution(stored);
    const isStill =
      execution.version === 1
        ? current === undefined
        : current?.version === execution.version - 1 && current.startedAt === execution.startedAt;
    if (!isStill) return { type: 'conflict', current };
    const items = outgoing.map((item) => encodeOutgoing(item, this.#expiry(), execution.traceparent));
    const tooLarge = Math.max(0, ...items.map(attributesSize));
    if (tooLarge > maximumItemBytes) return { type: 'tooLarge', bytes: tooLarge };
    this.put(encoded.item);
    for (const item of items) this.#insert(item);
    this.commits++;
    this.onCommit(encoded.item);
    return { type: 'committed' };
  }

  async writeLogSegment(executionId: string, segment: LogSegment): Promise<void> {
    const expiry = this.#expiry();
    this.put({
      executionId: { S: executionId },
      item: { S: sortKey.logSegment(segment.number) },
      log: { S: segment.text },
      ...(expiry !== undefined && { expiresAt: { N: String(expiry) } }),
    });
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const item = checkedSize('The start item', encodeStart(start, this.#expiry()));
    const existing = this.items.get(keyOf(start.executionId, sortKey.start));
    if (existing) return { type: isSameStart(existing, item) ? 'same' : 'different' };
    this.put(item);
    return { type: 'inserted' };
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    return this.#insert(encodeEvent(event, this.#expiry()));
  }

  async insertResult(result: ResultItem, expiry?: number): Promise<InsertOutcome> {
    return this.#insert(encodeResult(result, expiry ?? this.#expiry()));
  }

  async readBeats(executionId: string, attempts: readonly TaskAttempt[]): Promise<Beat[]> {
    return [...new Set(attempts.map(sortKey.beat))].flatMap((key) => {
      const item = this.#get(executionId, key);
      return (item && decodeBeat(item)) ?? [];
    });
  }

  async writeBeat(beat: NewBeat): Promise<void> {
    const key = keyOf(beat.executionId, sortKey.beat(beat));
    this.put(checkedSize('The beat item', beatItem(this.items.get(key), beat)));
  }

  async insertClaim(claim: Claim, expiry?: number): Promise<ClaimOutcome> {
    const item = encodeClaim(claim, expiry ?? this.#expiry());
    const existing = this.items.get(keyOf(claim.executionId, item.item?.S ?? ''));
    if (!existing) this.put(item);
    return !existing || existing.claimedBy?.S === claim.claimedBy ? 'claimed' : 'taken';
  }

  async renewItems(executionId: string, { before, until, limit }: ItemsRenewal): Promise<RenewedItems> {
    const senders = this.#journal(executionId).flatMap((entry) =>
      entry.kind === 'message' ? [entry.sender] : [],
    );
    const due = [...this.items.values()].filter(
      (item) => idOf(item) === executionId && expiresBefore(item, before),
    );
    for (const item of due.slice(0, limit)) {
      item.expiresAt = { N: String(Math.floor((until + graceOf(item)) / 1000)) };
    }
    return { count: Math.min(due.length, limit), senders: [...new Set(senders)] };
  }

  async postponeExpiry(executionId: string, reference: string, until: number | undefined): Promise<void> {
    const item = this.items.get(keyOf(executionId, reference));
    if (!item) return;
    if (until === undefined) delete item.expiresAt;
    else item.expiresAt = { N: String(Math.floor(until / 1000)) };
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
    for (const { shard, from } of listShards(this.#layout.indexShards, cursor)) {
      const partition = listPartition({ machine, status }, shard);
      const isLatestFirst = !isRunning && since === undefined;
      const isListed = (sort: number, item: Attributes) =>
        item.machine?.S === machine && (isRunning || sort >= (since ?? 0));
      const page = this.#indexPage(partition, limit - items.length, from, isListed, isLatestFirst);
      items.push(...page.items.map((item) => listedExecution(item, status)));
      if (page.next) return { items, cursor: encodeCursor({ shard, from: page.next }) };
      const isEnd = shard + 1 >= this.#layout.indexShards;
      if (items.length >= limit && !isEnd) return { items, cursor: encodeCursor({ shard: shard + 1 }) };
    }
    return { items };
  }

  async readStatus(executionId: string): Promise<ExecutionVersion | undefined> {
    const execution = await this.readExecution(executionId);
    if (!execution) return undefined;
    const { status, version, children } = execution;
    return { status, version, ...(children && { children: children.map(({ task }) => task) }) };
  }

  async readOutline(executionId: string): Promise<Outline> {
    const items = [...this.items.values()].filter((item) => idOf(item) === executionId);
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
    const found = [...this.items.entries()]
      .filter(([key, item]) => shardOf(idOf(item), segments) === segment && (!after || key > after))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);
    const last = found.length > limit ? found[limit - 1] : undefined;
    if (!last) return this.#outlined(found);
    const { executionId = { S: '' }, item = { S: '' } } = last;
    const next = encodeCursor({ shard: segment, from: { executionId, item } });
    return { ...this.#outlined(found.slice(0, limit)), cursor: next };
  }

  /** Of one index partition, in the order of its sort key and, as in DynamoDB, some order beyond that. */
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
    const found = [...this.items.values()]
      .filter((item) => isIndexed(item) && item.mr_pk?.S === partition && isListed(sortOf(item), item))
      .filter((item) => !from || compare(item, from) > 0)
      .sort(compare);
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? items.at(-1) : undefined };
  }

  /** The earliest time that an execution is to be woken at; infinite where none is. */
  nextWakeAt(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const item of this.items.values()) {
      if (isIndexed(item) && item.mr_pk?.S?.startsWith('due#')) earliest = Math.min(earliest, sortOf(item));
    }
    return earliest < neverMs ? earliest : Number.POSITIVE_INFINITY;
  }

  executions(): Execution[] {
    return [...this.items.values()].filter((item) => item.item?.S === sortKey.execution).map(decodeExecution);
  }

  #outlined(items: readonly Attributes[]): Outline {
    const unexpired = items.filter((item) => !isExpired(item, this.#now()));
    return { items: unexpired.map(outlineOf).filter((outline) => outline !== undefined), readUnits: 0 };
  }

  #expiry(): number | undefined {
    return expiresAt(this.#layout, this.#now());
  }

  /** Expired items count as absent. */
  #get(executionId: string, item: string): Attributes | undefined {
    const found = this.items.get(keyOf(executionId, item));
    return found && !isExpired(found, this.#now()) ? found : undefined;
  }

  #journal(executionId: string): JournalEntry[] {
    return [...this.items.values()]
      .filter((item) => item.executionId?.S === executionId && !isExpired(item, this.#now()))
      .map(decodeJournalItem)
      .filter((entry) => entry !== undefined);
  }

  #insert(item: Attributes): InsertOutcome {
    checkedSize('The item', item);
    if (this.items.has(keyOf(item.executionId?.S ?? '', item.item?.S ?? ''))) return 'exists';
    this.put(item);
    return 'inserted';
  }
}

function keyOf(executionId: string, item: string): string {
  return `${executionId}\n${item}`;
}

function idOf(item: Attributes): string {
  return item.executionId?.S ?? '';
}

function sortOf(item: Attributes): number {
  return Number(item.mr_sk?.N);
}

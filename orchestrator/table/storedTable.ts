import type { Json } from '../core/data/json.ts';
import type { OutgoingItem } from '../core/execution/children/messages.ts';
import type { Emission } from '../core/execution/model/emission.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import { type Execution, hasEnded } from '../core/execution/model/execution.ts';
import type { LogSegment } from '../core/execution/step/commitDraft.ts';
import { isStoredDataError, maximumDataBytes, type StoredJson } from '../store/storedJson.ts';
import { dataKey, isStateKey } from './dataKeys.ts';
import { ItemTooLargeError, StoredDataTooLargeError } from './errors.ts';
import { canonical, type ResultItem, type StartItem } from './journalItems.ts';
import type { Beat, Claim, ClaimOutcome, NewBeat } from './liveness.ts';
import { isLargerThan, mayExceed, placeExecution } from './placement.ts';
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
import { withEntryData, withExecutionData, withExecutionText } from './storedParts.ts';
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

export interface StoredTableOptions {
  readonly table: Table;
  readonly data: StoredJson;
  /** Data of more bytes goes to the store. Without a store, everything stays in the items. */
  readonly overBytes: number;
  /**
   * Whether reads fetch what items refer to. The orchestrator fetches what a step needs and no more; everybody else wants
   * what is there.
   */
  readonly fetches: boolean;
}

/** Fetches of one history that are under way at a time. */
const fetchConcurrency = 4;

/**
 * A table whose large data is in an object store: what is written is put there before the item that refers to it, so that
 * no reference is ever without its object.
 */
export class StoredTable implements Table {
  readonly #table: Table;
  readonly #data: StoredJson;
  readonly #overBytes: number;
  readonly #fetches: boolean;

  constructor({ table, data, overBytes, fetches }: StoredTableOptions) {
    this.#table = table;
    this.#data = data;
    this.#overBytes = data.isConfigured ? overBytes : Number.POSITIVE_INFINITY;
    this.#fetches = fetches;
  }

  async commit(
    given: Execution,
    givenOutgoing?: readonly OutgoingItem[],
    emitted?: readonly Emission[],
  ): Promise<CommitOutcome> {
    if (!this.#data.isConfigured) return this.#table.commit(given, givenOutgoing, emitted);
    let execution: Execution;
    let outgoing: readonly OutgoingItem[] | undefined;
    try {
      outgoing = givenOutgoing && (await this.#withStored(givenOutgoing));
      const outbox = given.outbox && (await this.#withStored(given.outbox));
      execution = outbox ? { ...given, outbox } : given;
    } catch (error) {
      if (error instanceof StoredDataTooLargeError) return { type: 'tooLarge', bytes: error.bytes };
      return this.#commitWithoutStore(given, givenOutgoing, emitted, error);
    }
    const { snapshotAt } = execution;
    const isSmall = snapshotAt === undefined && !mayExceed(execution, this.#overBytes);
    if (isSmall) return this.#table.commit(execution, outgoing, emitted);
    const placed = placeExecution(await this.#withKeptState(execution), this.#overBytes);
    const tooLarge = placed.objects.find(({ bytes, maximumBytes }) => bytes > maximumBytes);
    if (tooLarge) return { type: 'tooLarge', bytes: tooLarge.bytes };
    try {
      await Promise.all(placed.objects.map(({ key, text }) => this.#data.write(key, text)));
    } catch (error) {
      return this.#commitWithoutStore(execution, outgoing, emitted, error);
    }
    const outcome = await this.#table.commit(placed.item, outgoing, emitted);
    const written = placed.item.snapshotAt;
    switch (outcome.type) {
      case 'committed':
        await this.#deleteState(snapshotAt, written);
        return { ...outcome, stored: placed.stored };
      case 'conflict':
        // The commit of that version has been another: nothing can come to refer to what was written for this one.
        if (outcome.current) await this.#deleteState(written, outcome.current.snapshotAt);
        return outcome;
      case 'tooLarge':
        return outcome;
    }
  }

  /** The store fails: what fits into the item need not wait for it. */
  async #commitWithoutStore(
    execution: Execution,
    outgoing: readonly OutgoingItem[] | undefined,
    emitted: readonly Emission[] | undefined,
    error: unknown,
  ): Promise<CommitOutcome> {
    if (!isStoredDataError(error)) throw error;
    const outcome = await this.#table.commit(execution, outgoing, emitted);
    if (outcome.type === 'tooLarge') throw error;
    return outcome;
  }

  /** What other executions are told, with what is large of it in the store, as data of theirs. */
  async #withStored(items: readonly OutgoingItem[]): Promise<readonly OutgoingItem[]> {
    const stored: OutgoingItem[] = [];
    for (const item of items) stored.push(await this.#withStoredData(item));
    return stored;
  }

  async #withStoredData(item: OutgoingItem): Promise<OutgoingItem> {
    if (item.type === 'start') {
      if (!isLargerThan(item.input, this.#overBytes)) return item;
      const { input, ...rest } = item;
      return { ...rest, inputAt: await this.#write(item.receiver, 'The input of a child', input) };
    }
    const messages = item.messages.map((message) => ({ ...message }));
    if (!isLargerThan(messages, this.#overBytes)) return item;
    const messagesAt = await this.#write(item.receiver, 'What another execution is told', messages);
    return { ...item, messages: [], messagesAt };
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const { input, ...rest } = start;
    if (!isLargerThan(input, this.#overBytes)) return this.#table.insertStart(start);
    // Equal inputs are one object, however their fields are ordered.
    const write = () => this.#write(start.executionId, 'The input', canonical(input));
    return this.#insert(
      write,
      (inputAt) => this.#table.insertStart({ ...rest, inputAt }),
      () => this.#table.insertStart(start),
    );
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    const { content } = event;
    if ('control' in content || !isLargerThan(content.event, this.#overBytes))
      return this.#table.insertEvent(event);
    const { type, event: fields } = content;
    return this.#insert(
      () => this.#write(event.executionId, 'The event', fields),
      (eventAt) => this.#table.insertEvent({ ...event, content: { type, eventAt } }),
      () => this.#table.insertEvent(event),
    );
  }

  async insertResult(item: ResultItem, expiresAt?: number): Promise<InsertOutcome> {
    const { result } = item;
    const data = result.status === 'SUCCEEDED' ? result.output : { ...result.error };
    if (!isLargerThan(data, this.#overBytes)) return this.#table.insertResult(item, expiresAt);
    const what = result.status === 'SUCCEEDED' ? 'The output' : 'The error';
    return this.#insert(
      () => this.#write(item.executionId, what, data),
      (dataAt) => this.#table.insertResult({ ...item, dataAt }, expiresAt),
      () => this.#table.insertResult(item, expiresAt),
    );
  }

  /** The object, then the item. Where the store fails and the data fits into the item, the item alone. */
  async #insert<Outcome>(
    write: () => Promise<string>,
    insertReference: (key: string) => Promise<Outcome>,
    insertInline: () => Promise<Outcome>,
  ): Promise<Outcome> {
    let key: string;
    try {
      key = await write();
    } catch (storeError) {
      if (!isStoredDataError(storeError)) throw storeError;
      return insertInline().catch((error: unknown) => {
        throw error instanceof ItemTooLargeError ? storeError : error;
      });
    }
    return insertReference(key);
  }

  async readExecution(executionId: string): Promise<Execution | undefined> {
    const execution = await this.#table.readExecution(executionId);
    if (!execution || !this.#fetches) return execution;
    return withExecutionData(this.#data, execution, () => this.#table.readExecution(executionId));
  }

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const entry = await this.#table.readStart(executionId);
    return entry && (await this.#fetched([entry]))[0];
  }

  async readEvents(executionId: string): Promise<JournalEntry[]> {
    return this.#fetched(await this.#table.readEvents(executionId));
  }

  async readResults(executionId: string, attempts: readonly TaskAttempt[]): Promise<JournalEntry[]> {
    return this.#fetched(await this.#table.readResults(executionId, attempts));
  }

  async readMessages(
    executionId: string,
    sender: string,
    numbers: readonly number[],
  ): Promise<JournalEntry[]> {
    return this.#fetched(await this.#table.readMessages(executionId, sender, numbers));
  }

  async readJournal(executionId: string): Promise<JournalEntry[]> {
    return this.#fetched(await this.#table.readJournal(executionId));
  }

  async readJournalEntries(executionId: string, references: readonly string[]): Promise<JournalEntry[]> {
    return this.#fetched(await this.#table.readJournalEntries(executionId, references));
  }

  async readJournalPage(executionId: string, cursor?: string): Promise<Page<JournalEntry>> {
    const page = await this.#table.readJournalPage(executionId, cursor);
    return { ...page, items: await this.#fetched(page.items) };
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const items = await this.#table.readHistory(executionId);
    if (!this.#fetches) return items;
    const { execution } = items;
    const again = () => this.#table.readExecution(executionId);
    return {
      ...items,
      execution: execution && (await withExecutionData(this.#data, execution, again)),
      journal: await this.#fetched(items.journal),
    };
  }

  readBeats(executionId: string, attempts: readonly TaskAttempt[]): Promise<Beat[]> {
    return this.#table.readBeats(executionId, attempts);
  }

  writeBeat(beat: NewBeat, expiresAt?: number): Promise<void> {
    return this.#table.writeBeat(beat, expiresAt);
  }

  insertClaim(claim: Claim, expiresAt?: number): Promise<ClaimOutcome> {
    return this.#table.insertClaim(claim, expiresAt);
  }

  /** Their data is needed by whoever asks for them. */
  async readItemResults(executionId: string, task: number): Promise<JournalEntry[]> {
    return this.#withData(await this.#table.readItemResults(executionId, task));
  }

  readItemsPage(executionId: string, page: ItemsPage): Promise<readonly Json[] | undefined> {
    return this.#table.readItemsPage(executionId, page);
  }

  writeItemsPage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void> {
    return this.#table.writeItemsPage(executionId, page, items);
  }

  readLogSegment(executionId: string, number: number): Promise<string | undefined> {
    return this.#table.readLogSegment(executionId, number);
  }

  readLogSegments(executionId: string, numbers: readonly number[]): Promise<LogSegment[]> {
    return this.#table.readLogSegments(executionId, numbers);
  }

  writeLogSegment(executionId: string, segment: LogSegment): Promise<void> {
    return this.#table.writeLogSegment(executionId, segment);
  }

  renewItems(executionId: string, renewal: ItemsRenewal): Promise<RenewedItems> {
    return this.#table.renewItems(executionId, renewal);
  }

  postponeExpiry(executionId: string, reference: string, until: number | undefined): Promise<void> {
    return this.#table.postponeExpiry(executionId, reference, until);
  }

  listDue(request: DueRequest): Promise<Page<DueExecution>> {
    return this.#table.listDue(request);
  }

  list(request: ListRequest): Promise<Page<ListedExecution>> {
    return this.#table.list(request);
  }

  readStatus(executionId: string): Promise<ExecutionVersion | undefined> {
    return this.#table.readStatus(executionId);
  }

  readOutline(executionId: string): Promise<Outline> {
    return this.#table.readOutline(executionId);
  }

  scan(request: ScanRequest): Promise<Outline & { readonly cursor?: string }> {
    return this.#table.scan(request);
  }

  /** @throws StoredDataTooLargeError, StoredDataError */
  async #write(executionId: string, what: string, data: Json | undefined): Promise<string> {
    const text = JSON.stringify(data ?? null);
    const bytes = Buffer.byteLength(text);
    if (bytes > maximumDataBytes) throw new StoredDataTooLargeError(what, bytes, maximumDataBytes);
    const key = dataKey(executionId, text);
    await this.#data.write(key, text);
    return key;
  }

  /** The state of an execution that ends without having been loaded moves to where it may expire. */
  async #withKeptState(execution: Execution): Promise<Execution> {
    const { status, snapshot, snapshotAt } = execution;
    if (!hasEnded(status) || snapshot !== undefined || snapshotAt === undefined) return execution;
    return withExecutionText(this.#data, execution);
  }

  async #deleteState(key: string | undefined, kept: string | undefined): Promise<void> {
    if (key !== undefined && key !== kept && isStateKey(key)) await this.#data.delete(key);
  }

  async #fetched(entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    return this.#fetches ? this.#withData(entries) : [...entries];
  }

  async #withData(entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    const fetched: JournalEntry[] = [];
    for (let from = 0; from < entries.length; from += fetchConcurrency) {
      const some = entries.slice(from, from + fetchConcurrency);
      fetched.push(...(await Promise.all(some.map((entry) => withEntryData(this.#data, entry)))));
    }
    return fetched;
  }
}

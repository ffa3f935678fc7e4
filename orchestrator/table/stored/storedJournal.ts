import { thrownAsJson } from '../../core/data/thrown.ts';
import type { JournalEntry, ResultEntry } from '../../core/execution/model/entries.ts';
import type { AttemptNumbers } from '../../core/execution/model/openTask.ts';
import { isStoredDataError } from '../../store/storedJson.ts';
import { canonical } from '../canonical.ts';
import { ItemTooLargeError } from '../errors.ts';
import type { InsertOutcome, InsertStartOutcome, NewEvent, Page } from '../requests.ts';
import type { ResultItem } from '../resultItem.ts';
import type { Owner } from '../retention.ts';
import type { StartItem } from '../startItem.ts';
import type { JournalReader, JournalWriter } from '../table.ts';
import type { LargeData } from './largeData.ts';
import { isLargerThan } from './placement.ts';

/** A journal whose large data is in an object store. */
export class StoredJournal implements JournalReader, JournalWriter {
  readonly #journal: JournalReader & JournalWriter;
  readonly #store: LargeData;
  readonly #fetches: boolean;

  constructor(journal: JournalReader & JournalWriter, store: LargeData, fetches: boolean) {
    this.#journal = journal;
    this.#store = store;
    this.#fetches = fetches;
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const { input, ...rest } = start;
    if (!isLargerThan(input, this.#store.overBytes)) return this.#journal.insertStart(start);
    // Equal inputs are one object, however their fields are ordered.
    const write = () => this.#store.write(start.executionId, 'The input', canonical(input));
    return this.#insert(
      write,
      (inputAt) => this.#journal.insertStart({ ...rest, inputAt }),
      () => this.#journal.insertStart(start),
    );
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    const { content } = event;
    if ('control' in content || !isLargerThan(content.event, this.#store.overBytes))
      return this.#journal.insertEvent(event);
    const { type, event: fields } = content;
    return this.#insert(
      () => this.#store.write(event.executionId, 'The event', fields),
      (eventAt) => this.#journal.insertEvent({ ...event, content: { type, eventAt } }),
      () => this.#journal.insertEvent(event),
    );
  }

  async insertResult(item: ResultItem, expiresAt?: number): Promise<InsertOutcome> {
    const { result } = item;
    const data = result.status === 'SUCCEEDED' ? result.output : thrownAsJson(result.error);
    if (!isLargerThan(data, this.#store.overBytes)) return this.#journal.insertResult(item, expiresAt);
    const what = result.status === 'SUCCEEDED' ? 'The output' : 'The error';
    return this.#insert(
      () => this.#store.write(item.executionId, what, data),
      (dataAt) => this.#journal.insertResult({ ...item, dataAt }, expiresAt),
      () => this.#journal.insertResult(item, expiresAt),
    );
  }

  insertResultOrGet(item: ResultItem, expiresAt?: number): Promise<ResultEntry | undefined> {
    return this.#journal.insertResultOrGet(item, expiresAt);
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

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const entry = await this.#journal.readStart(executionId);
    return entry && (await this.#fetched([entry]))[0];
  }

  async readEvents(executionId: string): Promise<JournalEntry[]> {
    return this.#fetched(await this.#journal.readEvents(executionId));
  }

  async readResults(executionId: string, attempts: readonly AttemptNumbers[]): Promise<JournalEntry[]> {
    return this.#fetched(await this.#journal.readResults(executionId, attempts));
  }

  async readMessages(
    executionId: string,
    sender: string,
    numbers: readonly number[],
  ): Promise<JournalEntry[]> {
    return this.#fetched(await this.#journal.readMessages(executionId, sender, numbers));
  }

  async readAll(executionId: string): Promise<JournalEntry[]> {
    return this.#fetched(await this.#journal.readAll(executionId));
  }

  async readEntries(
    executionId: string,
    references: readonly string[],
    owner: Owner,
  ): Promise<JournalEntry[]> {
    return this.#fetched(await this.#journal.readEntries(executionId, references, owner));
  }

  async readPage(executionId: string, owner: Owner, cursor?: string): Promise<Page<JournalEntry>> {
    const page = await this.#journal.readPage(executionId, owner, cursor);
    return { ...page, items: await this.#fetched(page.items) };
  }

  /** The callers that ask for them need their data. */
  async readItemResults(executionId: string, task: number): Promise<JournalEntry[]> {
    return this.#store.withData(await this.#journal.readItemResults(executionId, task));
  }

  async #fetched(entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    return this.#fetches ? this.#store.withData(entries) : [...entries];
  }
}

import type { JournalEntry, ResultEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { AttemptNumbers } from '../../orchestrator/core/execution/model/openTask.ts';
import { encodeEvent } from '../../orchestrator/table/eventItem.ts';
import { checkedSize } from '../../orchestrator/table/itemSize.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import type { InsertOutcome, InsertStartOutcome, NewEvent, Page } from '../../orchestrator/table/requests.ts';
import { encodeResult, type ResultItem } from '../../orchestrator/table/resultItem.ts';
import type { Owner } from '../../orchestrator/table/retention.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';
import { encodeStart, isSameStart, type StartItem } from '../../orchestrator/table/startItem.ts';
import type { JournalReader, JournalWriter } from '../../orchestrator/table/table.ts';
import { entriesOf, type MemoryItems } from './memoryItems.ts';

/** The journal items, in memory. */
export class MemoryJournal implements JournalReader, JournalWriter {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const found = this.#items.get(executionId, sortKey.start);
    const [item] = this.#items.unexpired(found ? [found] : []);
    return item && decodeJournalItem(item);
  }

  async readEvents(executionId: string): Promise<JournalEntry[]> {
    const isUnexpired = ({ reference }: JournalEntry) => {
      const item = this.#items.get(executionId, reference);
      return item !== undefined && this.#items.unexpired([item]).length > 0;
    };
    return this.#items
      .journalOf(executionId)
      .filter((entry) => entry.reference.startsWith('event#') && isUnexpired(entry));
  }

  async readResults(executionId: string, attempts: readonly AttemptNumbers[]): Promise<JournalEntry[]> {
    const keys = new Set(attempts.map((attempt) => sortKey.result(attempt)));
    return this.#items.journalOf(executionId).filter((entry) => keys.has(entry.reference));
  }

  async readItemResults(executionId: string, task: number): Promise<JournalEntry[]> {
    return this.#items
      .journalOf(executionId)
      .filter(({ reference }) => reference.startsWith(`task#${task}.`));
  }

  async readMessages(
    executionId: string,
    sender: string,
    numbers: readonly number[],
  ): Promise<JournalEntry[]> {
    const keys = new Set(numbers.map((number) => sortKey.message(sender, number)));
    return this.#items.journalOf(executionId).filter((entry) => keys.has(entry.reference));
  }

  async readAll(executionId: string): Promise<JournalEntry[]> {
    return this.#items.journalOf(executionId);
  }

  async readEntries(
    executionId: string,
    references: readonly string[],
    owner: Owner,
  ): Promise<JournalEntry[]> {
    const { items } = await this.readPage(executionId, owner);
    return items.filter(({ reference }) => references.includes(reference));
  }

  async readPage(executionId: string, owner: Owner): Promise<Page<JournalEntry>> {
    return { items: entriesOf(this.#items.counted(this.#items.partitionOf(executionId), owner)) };
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const item = checkedSize('The start item', encodeStart(start, this.#items.expiry()));
    const found = this.#items.get(start.executionId, sortKey.start);
    if (!found) {
      this.#items.put(item);
      return { type: 'inserted' };
    }
    // An expired one is not known any more; its id is free once it is deleted.
    const [existing] = this.#items.unexpired([found]);
    return { type: existing !== undefined && isSameStart(existing, item) ? 'same' : 'different' };
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    return this.#items.insert(encodeEvent(event, this.#items.expiry()));
  }

  async insertResult(result: ResultItem, expiry?: number): Promise<InsertOutcome> {
    return this.#items.insert(encodeResult(result, expiry ?? this.#items.expiry()));
  }

  async insertResultOrGet(result: ResultItem, expiry?: number): Promise<ResultEntry | undefined> {
    if ((await this.insertResult(result, expiry)) === 'inserted') return undefined;
    const item = this.#items.get(result.executionId, sortKey.result(result));
    return entriesOf(item ? [item] : []).find((entry) => entry.kind === 'result');
  }
}

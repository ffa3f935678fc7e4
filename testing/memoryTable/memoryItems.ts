import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { checkedSize } from '../../orchestrator/table/itemSize.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import type { InsertOutcome } from '../../orchestrator/table/requests.ts';
import {
  countedItems,
  expiresAt,
  isExpired,
  type Owner,
  type TableLayout,
} from '../../orchestrator/table/retention.ts';

/** Items as DynamoDB would hold them, by key. */
export class MemoryItems {
  readonly items = new Map<string, Attributes>();
  /** Gets each journal item that was inserted, as from the stream. */
  onInsert: (item: Attributes) => void = () => {};
  /** Told of each `execution` item as it was committed. */
  onCommit: (item: Attributes) => void = () => {};
  commits = 0;
  readonly #layout: TableLayout;
  readonly #now: () => number;

  constructor(layout: TableLayout, now: () => number) {
    this.#layout = layout;
    this.#now = now;
  }

  /** The expiry of an item that is written now, in seconds since the epoch. */
  expiry(): number | undefined {
    return expiresAt(this.#layout, this.#now());
  }

  get(executionId: string, item: string): Attributes | undefined {
    return this.items.get(keyOf(executionId, item));
  }

  put(item: Attributes): void {
    const key = keyOf(idOf(item), item.item?.S ?? '');
    const isNew = !this.items.has(key);
    this.items.set(key, structuredClone(item));
    if (isNew && decodeJournalItem(item)) this.onInsert(item);
  }

  insert(item: Attributes): InsertOutcome {
    checkedSize('The item', item);
    if (this.get(idOf(item), item.item?.S ?? '')) return 'exists';
    this.put(item);
    return 'inserted';
  }

  /** The items of an execution that count. */
  counted(items: readonly Attributes[], owner: Owner): readonly Attributes[] {
    return countedItems(items, owner, this.#now());
  }

  /** The ones among them that count: some count only until they expire, be they deleted or not. */
  unexpired(items: readonly Attributes[]): Attributes[] {
    const now = this.#now();
    return items.filter((item) => !isExpired(item, now));
  }

  get now(): number {
    return this.#now();
  }

  partitionOf(executionId: string): Attributes[] {
    return [...this.items.values()].filter((item) => idOf(item) === executionId);
  }

  journalOf(executionId: string): JournalEntry[] {
    return entriesOf(this.partitionOf(executionId));
  }
}

export function entriesOf(items: readonly Attributes[]): JournalEntry[] {
  return items.map(decodeJournalItem).filter((entry) => entry !== undefined);
}

export function keyOf(executionId: string, item: string): string {
  return `${executionId}\n${item}`;
}

export function idOf(item: Attributes): string {
  return item.executionId?.S ?? '';
}

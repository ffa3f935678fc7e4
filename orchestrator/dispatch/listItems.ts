import type { Json } from '../core/data/json.ts';
import { type ItemList, type ItemsAddress, pageOf } from '../core/policy/itemPages.ts';
import { StoredJson } from '../store/storedJson.ts';
import { listPageKey } from '../table/listKeys.ts';
import type { Table } from '../table/table.ts';

/** Items in memory, over all lists. */
const mostItems = 100_000;
const pagesInFlight = 16;

/** The lists that executions work on: in the table, and those used last in memory. */
export class ListItems {
  readonly #table: Table;
  readonly #data: StoredJson;
  readonly #pages = new Map<string, readonly Json[]>();
  readonly #reading = new Map<string, Promise<readonly Json[] | undefined>>();
  #held = 0;

  constructor(table: Table, data: StoredJson = new StoredJson(undefined)) {
    this.#table = table;
    this.#data = data;
  }

  /** Writes a list before the commit that refers to it. The same list gives the same bytes, however often. */
  async write(executionId: string, { task, hash, pages }: ItemList): Promise<void> {
    for (let from = 0; from < pages.length; from += pagesInFlight) {
      const some = pages.slice(from, from + pagesInFlight);
      await Promise.all(
        some.map((items, i) =>
          this.#table.lists.writePage(executionId, { task, hash, page: from + i }, items),
        ),
      );
    }
    for (const [page, items] of pages.entries()) this.#keep(pageKey(executionId, task, hash, page), items);
  }

  /**
   * Undefined where the list is not there any more.
   *
   * @throws StoredDataError where it is a file's
   */
  async at(address: ItemsAddress, index: number): Promise<Json | undefined> {
    const { page, place } = pageOf(address, index);
    return (await this.page(address, page))?.[place];
  }

  /** Undefined where the page is not there any more. */
  async page(address: ItemsAddress, page: number): Promise<readonly Json[] | undefined> {
    const { executionId, task, hash, store } = address;
    const key = pageKey(executionId, task, store ?? hash, page);
    return this.#pages.get(key) ?? this.#readOnce(key, address, page);
  }

  /** Items of a page are dispatched together: one of them reads it. */
  async #readOnce(key: string, address: ItemsAddress, page: number): Promise<readonly Json[] | undefined> {
    const known = this.#reading.get(key);
    if (known) return known;
    const reading = this.#read(address, page);
    this.#reading.set(key, reading);
    try {
      const items = await reading;
      if (items) this.#keep(key, items);
      return items;
    } finally {
      this.#reading.delete(key);
    }
  }

  async #read(
    { executionId, task, hash, store }: ItemsAddress,
    page: number,
  ): Promise<readonly Json[] | undefined> {
    if (store === undefined) return this.#table.lists.readPage(executionId, { task, hash, page });
    const items = await this.#data.read(listPageKey(store, page));
    return Array.isArray(items) ? items : undefined;
  }

  #keep(key: string, items: readonly Json[]): void {
    this.#drop(key);
    this.#pages.set(key, items);
    this.#held += items.length;
    for (const oldest of this.#pages.keys()) {
      if (this.#held <= mostItems) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#held -= this.#pages.get(key)?.length ?? 0;
    this.#pages.delete(key);
  }
}

function pageKey(executionId: string, task: number, hash: string, page: number): string {
  return `${executionId}/${task}/${hash}/${page}`;
}

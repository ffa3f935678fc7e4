import type { ItemsAddress } from './core/execution/fanOut.ts';
import type { ItemList } from './core/execution/itemList.ts';
import type { Json } from './core/json.ts';
import type { Table } from './table/table.ts';

/** Items in memory, over all lists. */
const mostItems = 100_000;
const pagesInFlight = 16;

/** The lists that executions work on: in the table, and those used last in memory. */
export class ListItems {
  readonly #table: Table;
  readonly #pages = new Map<string, readonly Json[]>();
  #held = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Writes a list before the commit that refers to it. The same list gives the same bytes, however often. */
  async write(executionId: string, { task, hash, pages }: ItemList): Promise<void> {
    for (let from = 0; from < pages.length; from += pagesInFlight) {
      const some = pages.slice(from, from + pagesInFlight);
      await Promise.all(
        some.map((items, i) =>
          this.#table.writeItemsPage(executionId, { task, hash, page: from + i }, items),
        ),
      );
    }
    for (const [page, items] of pages.entries()) this.#keep(pageKey(executionId, task, hash, page), items);
  }

  /** Undefined where the list is not there any more. */
  async at({ executionId, task, hash, pageSize }: ItemsAddress, index: number): Promise<Json | undefined> {
    const page = Math.floor(index / pageSize);
    const key = pageKey(executionId, task, hash, page);
    const items =
      this.#pages.get(key) ?? (await this.#table.readItemsPage(executionId, { task, hash, page }));
    if (items) this.#keep(key, items);
    return items?.[index % pageSize];
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

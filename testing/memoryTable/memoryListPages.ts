import type { Json } from '../../orchestrator/core/data/json.ts';
import { checkedSize } from '../../orchestrator/table/itemSize.ts';
import { decodeItemsPage, encodeItemsPage } from '../../orchestrator/table/itemsPages.ts';
import type { ItemsPage } from '../../orchestrator/table/requests.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';
import type { ListPages } from '../../orchestrator/table/table.ts';
import type { MemoryItems } from './memoryItems.ts';

/** The items of lists, in memory. */
export class MemoryListPages implements ListPages {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async readPage(executionId: string, { task, hash, page }: ItemsPage): Promise<readonly Json[] | undefined> {
    const item = this.#items.get(executionId, sortKey.itemsPage(task, hash, page));
    return item && decodeItemsPage(item);
  }

  async writePage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void> {
    this.#items.put(
      checkedSize('A page of items', encodeItemsPage(executionId, page, items, this.#items.expiry())),
    );
  }
}

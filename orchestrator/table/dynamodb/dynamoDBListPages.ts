import type { Json } from '../../core/data/json.ts';
import { checkedSize } from '../itemSize.ts';
import { decodeItemsPage, encodeItemsPage } from '../itemsPages.ts';
import type { ItemsPage } from '../requests.ts';
import { sortKey } from '../schema.ts';
import type { ListPages } from '../table.ts';
import type { DynamoDBCalls } from './dynamoDBCalls.ts';

/** The items of lists, in DynamoDB. */
export class DynamoDBListPages implements ListPages {
  readonly #calls: DynamoDBCalls;
  readonly #expiresAt: () => number | undefined;

  /** @param expiresAt of an item that is written now, in seconds since the epoch */
  constructor(calls: DynamoDBCalls, expiresAt: () => number | undefined) {
    this.#calls = calls;
    this.#expiresAt = expiresAt;
  }

  async readPage(executionId: string, page: ItemsPage): Promise<readonly Json[] | undefined> {
    const item = await this.#calls.get(executionId, sortKey.itemsPage(page.task, page.hash, page.page));
    return item && decodeItemsPage(item);
  }

  async writePage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void> {
    const item = encodeItemsPage(executionId, page, items, this.#expiresAt());
    await this.#calls.put(checkedSize('A page of items', item));
  }
}

import type { ItemsRenewal, RenewedItems } from '../../orchestrator/table/requests.ts';
import { expiresBefore, graceOf } from '../../orchestrator/table/retention.ts';
import type { Expiries } from '../../orchestrator/table/table.ts';
import { idOf, keyOf, type MemoryItems } from './memoryItems.ts';

/** Expiries of items, in memory. */
export class MemoryExpiries implements Expiries {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async renew(executionId: string, { before, until, limit }: ItemsRenewal): Promise<RenewedItems> {
    const items = [...this.#items.items.values()].filter((item) => idOf(item) === executionId);
    const due = items.filter((item) => expiresBefore(item, before)).slice(0, limit);
    for (const item of due) {
      item.expiresAt = { N: String(Math.floor((until + graceOf(item)) / 1000)) };
    }
    const messages = this.#items.journalOf(executionId).filter((entry) => entry.kind === 'message');
    return { count: due.length, senders: [...new Set(messages.map(({ sender }) => sender))] };
  }

  async postpone(executionId: string, reference: string, until: number | undefined): Promise<void> {
    const item = this.#items.items.get(keyOf(executionId, reference));
    if (!item) return;
    if (until === undefined) delete item.expiresAt;
    else item.expiresAt = { N: String(Math.floor(until / 1000)) };
  }
}

import type { AttemptNumbers } from '../../orchestrator/core/execution/model/openTask.ts';
import { checkedSize } from '../../orchestrator/table/itemSize.ts';
import {
  type Beat,
  beatItem,
  type Claim,
  type ClaimOutcome,
  decodeBeat,
  encodeClaim,
  type NewBeat,
} from '../../orchestrator/table/liveness.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';
import type { Attempts } from '../../orchestrator/table/table.ts';
import type { MemoryItems } from './memoryItems.ts';

/** Signs of life and claims of attempts, in memory. */
export class MemoryAttempts implements Attempts {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async readBeats(executionId: string, attempts: readonly AttemptNumbers[]): Promise<Beat[]> {
    return [...new Set(attempts.map(sortKey.beat))].flatMap((key) => {
      const item = this.#items.get(executionId, key);
      return (item && decodeBeat(item)) ?? [];
    });
  }

  async writeBeat(beat: NewBeat): Promise<void> {
    const existing = this.#items.get(beat.executionId, sortKey.beat(beat));
    this.#items.put(checkedSize('The beat item', beatItem(existing, beat)));
  }

  async insertClaim(claim: Claim, expiry?: number): Promise<ClaimOutcome> {
    const item = encodeClaim(claim, expiry ?? this.#items.expiry());
    const existing = this.#items.get(claim.executionId, item.item?.S ?? '');
    if (!existing) this.#items.put(item);
    return !existing || existing.claimedBy?.S === claim.claimedBy ? 'claimed' : 'taken';
  }
}

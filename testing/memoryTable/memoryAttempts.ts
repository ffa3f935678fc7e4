import type { AttemptNumbers } from '../../orchestrator/core/execution/model/openTask.ts';
import {
  type EnqueuedAttempt,
  type EnqueueOutcome,
  enqueuedItem,
  mayBeQueued,
  type QueuedAttempt,
  type TakenAttempt,
  type TakeOutcome,
  takenItem,
  withdrawnItem,
} from '../../orchestrator/table/activityQueue.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
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
  /** Told of each attempt that has entered the queue of its activity. */
  onQueued: (attempt: EnqueuedAttempt) => void = () => {};
  readonly #items: MemoryItems;
  readonly #indexShards: number;

  constructor(items: MemoryItems, indexShards: number) {
    this.#items = items;
    this.#indexShards = indexShards;
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

  async enqueue(attempt: EnqueuedAttempt, expiry?: number): Promise<EnqueueOutcome> {
    if (!mayBeQueued(this.#beatOf(attempt))) return 'exists';
    this.#items.put(enqueuedItem(attempt, this.#indexShards, expiry ?? this.#items.expiry()));
    this.onQueued(attempt);
    return 'queued';
  }

  async take(attempt: TakenAttempt): Promise<TakeOutcome> {
    const before = this.#beatOf(attempt);
    const item = takenItem(before, attempt);
    if (item) this.#items.put(item);
    return item || before?.claimedBy?.S === attempt.claimedBy ? 'taken' : 'gone';
  }

  async withdraw(attempt: QueuedAttempt): Promise<void> {
    const item = withdrawnItem(this.#beatOf(attempt));
    if (item) this.#items.put(item);
  }

  #beatOf(attempt: QueuedAttempt): Attributes | undefined {
    return this.#items.get(attempt.executionId, sortKey.beat(attempt));
  }
}

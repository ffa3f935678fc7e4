import type { AttemptNumbers } from '../../core/execution/model/openTask.ts';
import {
  type EnqueuedAttempt,
  type EnqueueOutcome,
  enqueuedItem,
  type QueuedAttempt,
  type TakenAttempt,
  type TakeOutcome,
  takeUpdate,
  withdrawUpdate,
} from '../activityQueue.ts';
import { checkedSize } from '../itemSize.ts';
import {
  type Beat,
  beatItem,
  beatUpdate,
  type Claim,
  type ClaimOutcome,
  decodeBeat,
  encodeClaim,
  type NewBeat,
} from '../liveness.ts';
import { sortKey } from '../schema.ts';
import type { Attempts } from '../table.ts';
import { isNotQueuedYet, isNotWrittenYet } from './conditions.ts';
import type { DynamoDBCalls } from './dynamoDBCalls.ts';

/** Signs of life and claims of attempts, in DynamoDB. */
export class DynamoDBAttempts implements Attempts {
  readonly #calls: DynamoDBCalls;
  readonly #expiresAt: () => number | undefined;
  readonly #indexShards: number;

  /** @param expiresAt of an item that is written now, in seconds since the epoch */
  constructor(calls: DynamoDBCalls, expiresAt: () => number | undefined, indexShards: number) {
    this.#calls = calls;
    this.#expiresAt = expiresAt;
    this.#indexShards = indexShards;
  }

  async readBeats(executionId: string, attempts: readonly AttemptNumbers[]): Promise<Beat[]> {
    const keys = attempts.map(sortKey.beat);
    const items = await this.#calls.getMany(executionId, keys);
    return items.map(decodeBeat).filter((beat) => beat !== undefined);
  }

  async writeBeat(beat: NewBeat, expiry?: number): Promise<void> {
    checkedSize('The beat item', beatItem(undefined, beat));
    const update = beatUpdate(beat, expiry ?? this.#expiresAt());
    await this.#calls.update(update);
  }

  async insertClaim(claim: Claim, expiry?: number): Promise<ClaimOutcome> {
    const item = encodeClaim(claim, expiry ?? this.#expiresAt());
    const outcome = await this.#calls.put(item, isNotWrittenYet);
    // A request that was sent again by the SDK can meet its own first attempt.
    const isOwn = outcome.type === 'written' || outcome.existing?.claimedBy?.S === claim.claimedBy;
    return isOwn ? 'claimed' : 'taken';
  }

  async enqueue(attempt: EnqueuedAttempt, expiry?: number): Promise<EnqueueOutcome> {
    const item = enqueuedItem(attempt, this.#indexShards, expiry ?? this.#expiresAt());
    return (await this.#calls.put(item, isNotQueuedYet)).type === 'written' ? 'queued' : 'exists';
  }

  async take(attempt: TakenAttempt): Promise<TakeOutcome> {
    const outcome = await this.#calls.updateIf(takeUpdate(attempt));
    // A request that was sent again by the SDK can meet its own first attempt.
    const isOwn = outcome.type === 'written' || outcome.existing?.claimedBy?.S === attempt.claimedBy;
    return isOwn ? 'taken' : 'gone';
  }

  async withdraw(attempt: QueuedAttempt): Promise<void> {
    await this.#calls.updateIf(withdrawUpdate(attempt));
  }
}

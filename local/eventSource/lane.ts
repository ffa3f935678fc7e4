import type { Clock } from '../clock.ts';
import { payloadFrameBytes } from './delivery.ts';
import type { PendingRecord } from './streamRecord.ts';

/** The most that a function is invoked with. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumPayloadBytes = 6 * 1024 * 1024;

export interface LaneOptions {
  readonly batchSize: number;
  readonly maximumBatchingWindowMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Delivers a batch to the end; the next one waits for it. */
  readonly deliver: (batch: PendingRecord[]) => Promise<void>;
}

/**
 * Records in order, one batch in flight. A batch is given out when it is full, or when its first record has waited for
 * the batching window.
 */
export class Lane {
  readonly #options: LaneOptions;
  #queue: PendingRecord[] = [];
  #bytes = 0;
  #inFlight: Promise<void> | undefined;
  #cancelWindow: (() => void) | undefined;
  #windowPassed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  push(records: readonly PendingRecord[]): void {
    for (const record of records) {
      this.#queue.push(record);
      this.#bytes += record.bytes + 1;
    }
    this.#next();
  }

  /** Resolves when no batch is in flight. To be called once the signal was given. */
  async stopped(): Promise<void> {
    this.#cancelWindow?.();
    await this.#inFlight;
  }

  #next(): void {
    const { signal, clock, maximumBatchingWindowMs } = this.#options;
    if (signal.aborted || this.#inFlight || this.#queue.length === 0) return;
    if (!this.#isFull() && maximumBatchingWindowMs > 0 && !this.#windowPassed) {
      this.#cancelWindow ??= clock.after(maximumBatchingWindowMs, () => {
        this.#windowPassed = true;
        this.#next();
      });
      return;
    }
    this.#cancelWindow?.();
    this.#cancelWindow = undefined;
    this.#windowPassed = false;
    this.#inFlight = this.#deliver();
  }

  async #deliver(): Promise<void> {
    await this.#options.deliver(this.#takeBatch());
    this.#inFlight = undefined;
    this.#next();
  }

  #isFull(): boolean {
    return (
      this.#queue.length >= this.#options.batchSize || this.#bytes + payloadFrameBytes > maximumPayloadBytes
    );
  }

  #takeBatch(): PendingRecord[] {
    let bytes = payloadFrameBytes;
    let count = 0;
    for (const record of this.#queue) {
      if (count === this.#options.batchSize) break;
      if (count > 0 && bytes + record.bytes + 1 > maximumPayloadBytes) break;
      bytes += record.bytes + 1;
      count += 1;
    }
    this.#bytes -= bytes - payloadFrameBytes;
    return this.#queue.splice(0, count);
  }
}

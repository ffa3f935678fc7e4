import {
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { Clock } from '../clock.ts';
import { getRecords, type ReadRecords, recordsPerRead } from './getRecords.ts';
import type { EventSourceMetrics } from './metrics.ts';
import { EventSourceStoppedError } from './outstanding.ts';
import type { StreamRecord } from './streamRecord.ts';

/**
 * How often a shard is read. A read that came back full is followed by the next at once. Lambda itself reads four times
 * a second.
 */
export interface PollInterval {
  /** From a read that found a few records to the next: what a single execution waits for. */
  readonly busyMs: number;
  /** From a read that found many: fewer reads and fuller batches, since a read is 1 to 2 ms of CPU in the SDK. */
  readonly loadedMs: number;
  /** The longest from one read that found nothing to the next; it is reached step by step. */
  readonly idleMs: number;
}

export interface ShardReaderOptions {
  readonly client: DynamoDBStreamsClient;
  readonly streamArn: string;
  readonly shardId: string;
  /** Sequence number after which to go on. @default the oldest record that the stream has */
  readonly startAfter: string | undefined;
  readonly poll: PollInterval;
  readonly receive: (records: readonly StreamRecord[]) => void;
  /** Resolves when more may be read. */
  readonly whenRoom: () => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly metrics: EventSourceMetrics;
  readonly log: (line: string) => void;
}

const manyRecords = 20;
const idleGrowth = 1.2;
const errorWaitMs = { initial: 250, maximum: 5_000 };

/** Reads one shard from beginning to end. */
export class ShardReader {
  readonly #options: ShardReaderOptions;
  #iterator: string | undefined;
  #readUpTo: string | undefined;
  #ended = false;
  #failures = 0;
  #idleMs: number;
  #wake: (() => void) | undefined;
  #throughWaiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  constructor(options: ShardReaderOptions) {
    this.#options = options;
    this.#readUpTo = options.startAfter;
    this.#idleMs = options.poll.busyMs;
    options.signal.addEventListener('abort', () => this.#stop());
  }

  /** Resolves when the shard is closed and read, or the signal was given. */
  async run(): Promise<void> {
    const { signal, clock, whenRoom } = this.#options;
    while (!this.#ended && !signal.aborted) {
      await whenRoom();
      const startedAt = clock.now();
      const waiters = this.#throughWaiters.splice(0);
      const waitMs = await this.#read();
      if (this.#ended || (waitMs > 0 && this.#failures === 0)) {
        for (const waiter of waiters) waiter.resolve();
      } else {
        this.#throughWaiters.push(...waiters); // A full read may have left something behind.
      }
      if (!this.#ended && !signal.aborted) await this.#sleep(startedAt + waitMs - clock.now());
    }
    if (signal.aborted) this.#stop();
    else for (const waiter of this.#throughWaiters.splice(0)) waiter.resolve();
  }

  /** Resolves when all that is in the shard now was read. */
  readThrough(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#throughWaiters.push({ resolve, reject });
      if (this.#options.signal.aborted) this.#stop();
      else if (this.#failures === 0) this.#wake?.();
    });
  }

  /** @returns after how many milliseconds to read again */
  async #read(): Promise<number> {
    const { client, signal, metrics, poll, receive } = this.#options;
    let read: ReadRecords;
    try {
      this.#iterator ??= await this.#openIterator();
      metrics.reads += 1;
      read = await getRecords(client, this.#iterator, signal);
    } catch (error) {
      return signal.aborted ? 0 : this.#recover(error);
    }
    this.#failures = 0;
    this.#iterator = read.nextIterator;
    this.#ended = read.nextIterator === undefined;
    const last = read.records.at(-1);
    if (last === undefined) return this.#idle();
    this.#readUpTo = last.dynamodb.SequenceNumber;
    metrics.recordsRead += read.records.length;
    receive(read.records);
    this.#idleMs = poll.busyMs;
    if (read.records.length >= recordsPerRead) return 0;
    return read.records.length >= manyRecords ? poll.loadedMs : poll.busyMs;
  }

  #idle(): number {
    this.#options.metrics.emptyReads += 1;
    const waitMs = this.#idleMs;
    this.#idleMs = Math.min(this.#options.poll.idleMs, waitMs * idleGrowth);
    return waitMs;
  }

  async #openIterator(): Promise<string> {
    const { client, streamArn, shardId, signal } = this.#options;
    const from =
      this.#readUpTo === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.#readUpTo } as const);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ...from }),
      { abortSignal: signal },
    );
    if (ShardIterator === undefined)
      throw new TypeError(`GetShardIterator of ${shardId} answered no iterator.`);
    return ShardIterator;
  }

  /** @returns after how many milliseconds to try again */
  #recover(error: unknown): number {
    const { metrics, log, shardId } = this.#options;
    metrics.readErrors += 1;
    this.#failures += 1;
    this.#iterator = undefined;
    if (error instanceof ExpiredIteratorException) return this.#failures === 1 ? 0 : errorWaitMs.initial;
    if (error instanceof ResourceNotFoundException) {
      log(
        `Event source: ${shardId} is gone, and with it what it held after ${this.#readUpTo ?? 'its beginning'}.`,
      );
      this.#ended = true;
      return 0;
    }
    if (error instanceof TrimmedDataAccessException) {
      log(
        `Event source: records of ${shardId} after ${this.#readUpTo} are past the stream's retention of 24 hours.`,
      );
      this.#readUpTo = undefined;
      return this.#failures === 1 ? 0 : errorWaitMs.initial;
    }
    log(`Event source: ${shardId} cannot be read, trying again: ${String(error)}`);
    return Math.min(errorWaitMs.maximum, errorWaitMs.initial * 2 ** (this.#failures - 1));
  }

  #sleep(delayMs: number): Promise<void> {
    const hurry = this.#throughWaiters.length > 0 && this.#failures === 0;
    if (delayMs <= 0 || hurry) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, () => this.#wake?.());
      this.#wake = () => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #stop(): void {
    this.#wake?.();
    for (const waiter of this.#throughWaiters.splice(0)) waiter.reject(new EventSourceStoppedError());
  }
}

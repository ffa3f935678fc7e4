import { type Checkpoints, ContiguousPosition } from './checkpoints.ts';
import { type DeliveryOptions, deliver } from './delivery.ts';
import type { EventSourceFaultDraws } from './faults.ts';
import { Lane } from './lane.ts';
import { Outstanding } from './outstanding.ts';
import { type PollInterval, ShardReader, type ShardReaderOptions } from './shardReader.ts';
import { itemKeyOf, type PendingRecord, type StreamRecord } from './streamRecord.ts';

/** State that all shards of an event source share. */
export interface ShardOptions
  extends Omit<DeliveryOptions, 'shardId' | 'onTaken'>,
    Pick<ShardReaderOptions, 'client' | 'streamArn'> {
  readonly passesFilter: (record: StreamRecord) => boolean;
  readonly poll: PollInterval;
  readonly checkpoints: Checkpoints | undefined;
  readonly faults: EventSourceFaultDraws | undefined;
}

/** One shard: read, filtered, split into lanes by item, and delivered. */
export class Shard {
  readonly #options: ShardOptions;
  readonly #shardId: string;
  readonly #lanes: Lane[];
  readonly #reader: ShardReader;
  readonly #outstanding = new Outstanding();
  readonly #position: ContiguousPosition | undefined;
  readonly #needsItemKey: boolean;
  /** Records held back by a fault, by item, in their order. */
  readonly #held = new Map<string, PendingRecord[]>();
  readonly #cancelTimers = new Set<() => void>();

  constructor(shardId: string, options: ShardOptions) {
    const { eventSource, clock, signal, checkpoints, streamArn, faults } = options;
    this.#options = options;
    signal.addEventListener('abort', () => this.#outstanding.stop());
    this.#shardId = shardId;
    this.#position =
      checkpoints &&
      new ContiguousPosition((sequenceNumber) => checkpoints.write(streamArn, shardId, sequenceNumber));
    this.#needsItemKey = eventSource.parallelizationFactor > 1 || faults?.delays === true;
    this.#lanes = Array.from(
      { length: eventSource.parallelizationFactor },
      () =>
        new Lane({
          batchSize: eventSource.batchSize,
          maximumBatchingWindowMs: eventSource.maximumBatchingWindowSeconds * 1000,
          clock,
          signal,
          deliver: (batch) => this.#deliver(batch),
        }),
    );
    // Enough for each lane to find its next batch ready, and no more.
    const room = 2 * eventSource.batchSize * eventSource.parallelizationFactor;
    this.#reader = new ShardReader({
      ...options,
      shardId,
      startAfter: checkpoints?.read(streamArn, shardId),
      receive: (records) => this.#receive(records),
      whenRoom: () => this.#outstanding.whenBelow(room),
    });
  }

  /** Resolves when the shard is closed and all of it was delivered or discarded, or when it was stopped. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    await this.#reader.run();
    if (!signal.aborted) await this.#outstanding.whenBelow(1);
    for (const cancel of this.#cancelTimers) cancel();
    await Promise.all(this.#lanes.map((lane) => lane.stopped()));
  }

  /**
   * Resolves when all that is in the shard now was delivered or discarded.
   *
   * @throws EventSourceStoppedError if the event source is stopped before
   */
  async drained(): Promise<void> {
    await this.#reader.readThrough();
    await this.#outstanding.whenSettled();
  }

  #receive(records: readonly StreamRecord[]): void {
    const { passesFilter, metrics, faults } = this.#options;
    const passed: PendingRecord[] = [];
    for (const record of records) {
      if (passesFilter(record)) {
        passed.push(this.#pending(record));
      } else {
        metrics.recordsFiltered += 1;
        this.#position?.pass(record.dynamodb.SequenceNumber);
      }
    }
    this.#toLanes(faults?.delays ? passed.filter((record) => !this.#holdBack(record, faults)) : passed);
  }

  #pending(record: StreamRecord): PendingRecord {
    const json = JSON.stringify({ ...record, eventSourceARN: this.#options.streamArn });
    const sequenceNumber = record.dynamodb.SequenceNumber;
    const { period } = this.#outstanding;
    const leave = this.#outstanding.enter(period);
    const passed = this.#position?.enter(sequenceNumber);
    return {
      sequenceNumber,
      itemKey: this.#needsItemKey ? itemKeyOf(record) : '',
      json,
      bytes: Buffer.byteLength(json),
      isDuplicate: false,
      period,
      settled: () => {
        leave();
        passed?.();
      },
    };
  }

  #toLanes(records: readonly PendingRecord[]): void {
    const [only] = this.#lanes;
    if (this.#lanes.length === 1 && only) {
      only.push(records);
      return;
    }
    const byLane = this.#lanes.map((): PendingRecord[] => []);
    for (const record of records) byLane[laneOf(record.itemKey, this.#lanes.length)]?.push(record);
    this.#lanes.forEach((lane, index) => {
      lane.push(byLane[index] ?? []);
    });
  }

  async #deliver(batch: PendingRecord[]): Promise<void> {
    const { faults } = this.#options;
    const options = { ...this.#options, shardId: this.#shardId };
    if (!faults) return deliver(batch, options);
    const repeated: PendingRecord[] = [];
    await deliver(batch, {
      ...options,
      onTaken: (records) => {
        const originals = records.filter(({ isDuplicate }) => !isDuplicate);
        if (originals.length > 0 && faults.duplicateBatch()) {
          repeated.push(...originals.map((record) => this.#again(record)));
        }
        for (const record of originals) {
          const afterMs = faults.duplicateRecord();
          if (afterMs === undefined) continue;
          const copy = this.#again(record);
          this.#after(afterMs, () => this.#toLanes([copy]));
        }
      },
    });
    if (repeated.length > 0) await deliver(repeated, options);
  }

  #again(record: PendingRecord): PendingRecord {
    return { ...record, isDuplicate: true, settled: this.#outstanding.enter(record.period) };
  }

  /** @returns whether the record, or one of its item before it, is held back */
  #holdBack(record: PendingRecord, faults: EventSourceFaultDraws): boolean {
    const { itemKey } = record;
    const held = this.#held.get(itemKey);
    if (held) {
      held.push(record);
      return true;
    }
    const delayMs = faults.delayMs();
    if (delayMs === 0) return false;
    const records = [record];
    this.#held.set(itemKey, records);
    this.#after(delayMs, () => {
      this.#held.delete(itemKey);
      this.#toLanes(records);
    });
    return true;
  }

  #after(delayMs: number, callback: () => void): void {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#cancelTimers.delete(cancel);
      callback();
    });
    this.#cancelTimers.add(cancel);
  }
}

function laneOf(itemKey: string, lanes: number): number {
  let hash = 0;
  for (let index = 0; index < itemKey.length; index += 1) {
    hash = (Math.imul(hash, 31) + itemKey.charCodeAt(index)) | 0;
  }
  return (hash >>> 0) % lanes;
}

import { listShards } from './listShards.ts';
import { EventSourceStoppedError } from './outstanding.ts';
import { pause } from './pause.ts';
import { Shard, type ShardOptions } from './shard.ts';

/** New shards are looked for when one ends, and this often for those that have no parent here. */
const discoveryIntervalMs = 30_000;
const discoveryRetryMs = 1_000;

interface KnownShard {
  readonly shard: Shard;
  readonly parentShardId: string | undefined;
  state: 'waiting' | 'running' | 'done';
}

/** The shards of a stream as they split: each is read when its parent was delivered to its end. */
export class ShardTree {
  readonly #options: ShardOptions;
  readonly #shards = new Map<string, KnownShard>();
  readonly #running = new Set<Promise<void>>();
  #shardEnded: AbortController = new AbortController();

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  /** Looks for shards and reads them, until the signal is given. */
  async run(): Promise<void> {
    const { signal, clock } = this.#options;
    while (!signal.aborted) {
      this.#shardEnded = new AbortController();
      const found = await this.#discover();
      const untilMs = found ? discoveryIntervalMs : discoveryRetryMs;
      await pause(clock, untilMs, AbortSignal.any([signal, this.#shardEnded.signal]));
    }
    await Promise.all(this.#running);
  }

  /** @throws EventSourceStoppedError if the event source is stopped before */
  async drained(): Promise<void> {
    const { signal, clock } = this.#options;
    while (!(await this.#discover())) {
      if (signal.aborted) throw new EventSourceStoppedError();
      await pause(clock, discoveryRetryMs, signal);
    }
    const open = [...this.#shards.values()].filter(({ state }) => state !== 'done');
    await Promise.all(open.map(({ shard }) => shard.drained()));
  }

  /** @returns whether the stream could be asked */
  async #discover(): Promise<boolean> {
    const { client, streamArn, signal, metrics, log } = this.#options;
    try {
      const listed = await listShards(client, streamArn, signal);
      const ids = new Set(listed.map(({ shardId }) => shardId));
      for (const { shardId, parentShardId } of listed) {
        if (this.#shards.has(shardId)) continue;
        this.#shards.set(shardId, {
          shard: new Shard(shardId, this.#options),
          parentShardId,
          state: 'waiting',
        });
      }
      for (const [shardId, { state }] of this.#shards) {
        if (state === 'done' && !ids.has(shardId)) this.#shards.delete(shardId);
      }
      this.#startReady();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      metrics.readErrors += 1;
      log(`Event source: ${streamArn} cannot be described, trying again: ${String(error)}`);
      return false;
    }
  }

  #startReady(): void {
    if (this.#options.signal.aborted) return;
    for (const known of this.#shards.values()) {
      const parent = known.parentShardId === undefined ? undefined : this.#shards.get(known.parentShardId);
      // A parent that is not listed any more is past the stream's retention.
      if (known.state !== 'waiting' || (parent && parent.state !== 'done')) continue;
      known.state = 'running';
      const run = known.shard.run().then(() => {
        this.#running.delete(run);
        if (this.#options.signal.aborted) return;
        known.state = 'done';
        this.#startReady();
        this.#shardEnded.abort();
      });
      this.#running.add(run);
    }
  }
}

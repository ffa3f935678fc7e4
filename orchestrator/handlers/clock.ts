import { DueShard, type DueShardOptions, lookEveryMs } from './dueShard.ts';

export interface ClockOptions extends DueShardOptions {
  readonly indexShards: number;
  /** Called a second after each look. */
  readonly afterLook?: () => void;
}

/** The rule that starts a run has a rate of a minute, and is some seconds late at times. Runs may overlap. */
export const runSeconds = 65;

/** Finds executions whose wake is due, once a second, and calls the wake function for them. */
export function clockHandler(options: ClockOptions) {
  return async (): Promise<void> => {
    const end = options.now() + runSeconds * 1000;
    const shards = dueShards(options);
    for (let look = options.now(); look < end; ) {
      for (const shard of shards) shard.look();
      // Looks begin on a grid of a second, however long they take.
      look += lookEveryMs;
      const pause = look - options.now();
      if (pause > 0) await options.sleep(pause);
      else look = options.now();
      options.afterLook?.();
    }
    await Promise.all(shards.map((shard) => shard.stop()));
  };
}

/** One look at every shard of the index. Exported for tests and for whoever brings a clock of their own. */
export async function lookOnce(options: ClockOptions): Promise<void> {
  await Promise.all(
    dueShards(options).map((shard) => {
      shard.look();
      return shard.settled();
    }),
  );
}

function dueShards(options: ClockOptions): DueShard[] {
  return Array.from({ length: options.indexShards }, (_, shard) => new DueShard(options, shard));
}

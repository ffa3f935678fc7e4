import { nobody } from '../observability/activity.ts';
import { parkedStatuses } from '../table/schema.ts';
import { DueShard, type DueShardOptions, lookEveryMs } from './dueShard.ts';

export interface ClockOptions extends DueShardOptions {
  readonly indexShards: number;
  /** Called a second after each look. */
  readonly afterLook?: () => void;
  /** Other than every second for a little over a minute: where time passes faster. */
  readonly pace?: ClockPace;
}

/** In the time of `now`. */
export interface ClockPace {
  readonly lookEveryMs: number;
  readonly runForMs: number;
}

/** The rule that starts a run has a rate of a minute, and is some seconds late at times. Runs may overlap. */
export const runSeconds = 65;
/** Looks in real time where time passes faster: more would be work for nothing. */
const leastPauseMs = 100;
const defaultPace: ClockPace = { lookEveryMs, runForMs: runSeconds * 1000 };

/**
 * Finds executions whose wake is due, once a second, and calls the wake function for them; those that are suspended or wait for
 * a redrive once an hour.
 */
export function clockHandler(options: ClockOptions) {
  return async (): Promise<void> => {
    const pace = options.pace ?? defaultPace;
    const end = options.now() + pace.runForMs;
    const { due: shards, parked } = shardsOfRun(options, pace.runForMs);
    for (const shard of parked) shard.look();
    for (let look = options.now(); look < end; ) {
      for (const shard of shards) shard.look();
      // Looks begin on a grid of a second, however long they take.
      look += pace.lookEveryMs;
      const pause = look - options.now();
      if (pause > 0) await options.sleep(pause);
      else look = options.now();
      options.afterLook?.();
    }
    await Promise.all([...shards, ...parked].map((shard) => shard.stop()));
  };
}

/** The pace of a clock whose time passes `scale` times faster: it runs for a minute of real time, as its rule has it. */
export function paceAt(scale: number): ClockPace {
  const { lookEveryMs, runForMs } = defaultPace;
  return { lookEveryMs: Math.max(lookEveryMs, leastPauseMs * scale), runForMs: runForMs * scale };
}

/** One look at every shard of the index. Exported for tests and for users who bring a clock of their own. */
export async function lookOnce(options: ClockOptions): Promise<void> {
  await Promise.all(
    dueShards(options).map((shard) => {
      shard.look();
      return shard.settled();
    }),
  );
}

/** The shards that a run of the clock that begins now looks at: due executions each second, parked ones once. */
export function shardsOfRun(options: ClockOptions, runForMs: number) {
  const parked = visitsParked(options.now(), runForMs) ? parkedShards(options) : [];
  return { due: dueShards(options), parked };
}

/**
 * Parked executions have their data renewed: after twelve hours at the earliest, and twelve hours before it is too
 * late.
 */
export const visitParkedEveryMs = 3_600_000;

/** Runs begin at least as often as one lasts, so that none of these times is between two of them. */
function visitsParked(now: number, runForMs: number): boolean {
  return visitsBefore(now) > visitsBefore(now - runForMs);
}

/** At half past: on the hour everything else is under way, too. */
function visitsBefore(time: number): number {
  return Math.floor((time + visitParkedEveryMs / 2) / visitParkedEveryMs);
}

function parkedShards(options: ClockOptions): DueShard[] {
  return parkedStatuses.flatMap((parked) => {
    const { index } = options.table;
    const table: DueShardOptions['table'] = {
      index: { listDue: (request) => index.listDue({ ...request, parked }) },
    };
    // They are not late, however long they stand still.
    return dueShards({ ...options, table, observe: nobody });
  });
}

function dueShards(options: ClockOptions): DueShard[] {
  return Array.from({ length: options.indexShards }, (_, shard) => new DueShard(options, shard));
}

import { describeError, type Reporter } from '../report.ts';
import type { Table } from '../table/table.ts';
import { eachLimited } from './eachLimited.ts';
import type { Wake, WakeEvent } from './wake.ts';

export interface ClockOptions {
  readonly table: Pick<Table, 'listDue'>;
  /** Calls the wake function and waits for it. Answers what went wrong in it, if anything did. */
  readonly callWake: (event: WakeEvent) => Promise<string | undefined>;
  readonly indexShards: number;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Other than every second for a minute: where time passes faster. */
  readonly pace?: ClockPace;
}

/** In the time of `now`. */
export interface ClockPace {
  readonly lookEveryMs: number;
  readonly runForMs: number;
}

/** A run looks once a second for a minute: the rule that starts it has a rate of a minute. Runs may overlap. */
const defaultPace: ClockPace = { lookEveryMs: 1000, runForMs: 60_000 };
/** Looks in real time where time passes faster: more would be work for nothing. */
const leastPauseMs = 100;
const pageSize = 250;
const wakesPerCall = 25;
const callsInFlight = 8;

/** Finds executions whose wake is due and calls the wake function for them. */
export function clockHandler(options: ClockOptions) {
  return async (): Promise<void> => {
    const { lookEveryMs, runForMs } = options.pace ?? defaultPace;
    const end = options.now() + runForMs;
    for (let look = options.now(); look < end; ) {
      await lookOnce(options);
      // Looks begin on a grid of a second, however long they take.
      look += lookEveryMs;
      const pause = look - options.now();
      if (pause > 0) await options.sleep(pause);
      else look = options.now();
    }
  };
}

/** The pace of a clock whose time passes `scale` times faster: it runs for a minute of real time, as its rule has it. */
export function paceAt(scale: number): ClockPace {
  const { lookEveryMs, runForMs } = defaultPace;
  return { lookEveryMs: Math.max(lookEveryMs, leastPauseMs * scale), runForMs: runForMs * scale };
}

/** One look at every shard of the index. Exported for tests and for whoever brings a clock of their own. */
export async function lookOnce(options: ClockOptions): Promise<void> {
  const shards = Array.from({ length: options.indexShards }, (_, shard) => shard);
  await eachLimited(shards, options.indexShards, async (shard) => {
    const until = options.now();
    let cursor: string | undefined;
    do {
      try {
        const page = await options.table.listDue({
          shard,
          until,
          limit: pageSize,
          ...(cursor && { cursor }),
        });
        const wakes = page.items.map(({ executionId, wakeAt }) => ({ executionId, wakeAt }));
        await eachLimited(chunks(wakes, wakesPerCall), callsInFlight, (chunk) => callWake(options, chunk));
        cursor = page.cursor;
      } catch (error) {
        // The next look begins anew; what is due stays in the index.
        options.report({
          type: 'tableFailed',
          executionId: `due shard ${shard}`,
          error: describeError(error),
        });
        return;
      }
    } while (cursor);
  });
}

async function callWake(options: ClockOptions, wakes: readonly Wake[]): Promise<void> {
  const error = await options.callWake({ wakes });
  if (error !== undefined) options.report({ type: 'wakeFailed', error });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < items.length; i += size) result.push(items.slice(i, i + size));
  return result;
}

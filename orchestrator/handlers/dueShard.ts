import { nobody, type Observer } from '../observability/activity.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import type { DueExecution } from '../table/requests.ts';
import type { ExecutionIndex } from '../table/table.ts';
import type { WakeEvent } from './wake.ts';

export interface DueShardOptions {
  readonly table: { readonly index: Pick<ExecutionIndex, 'listDue'> };
  /** Calls the wake function and waits for it. Answers what went wrong in it, if anything did. */
  readonly callWake: (event: WakeEvent) => Promise<string | undefined>;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** @default none */
  readonly observe?: Observer;
}

export const lookEveryMs = 1000;
const pageSize = 250;
const wakesPerCall = 25;
const callsInFlight = 4;
/**
 * Those of the calls that are for wakes that broke a call before: a wake that hangs must not take the place of all
 * others.
 */
const callsInFlightAlone = 2;
const longestPauseMs = 16_000;
/** Before a call that was refused is made again. */
const shortestPauseMs = 250;
/** Every burst has calls that are refused once or twice; only a refusal that lasts makes timers late. */
const reportRefusalAfterMs = 5_000;

/** A wake that the clock has called before, and that is still due. */
interface Called {
  readonly calls: number;
  /** Infinity while the call is in flight. */
  readonly nextAt: number;
  /** The wake function broke down: the wake that broke it is to be found, and must not harm the others. */
  readonly alone: boolean;
}

/**
 * One shard of the index, as one run of the clock sees it. A look does not wait for the calls of the look before, so
 * that an execution that takes long, or fails whenever it is woken, delays no other.
 */
export class DueShard {
  readonly #options: DueShardOptions;
  readonly #shard: number;
  readonly #calls = new Set<Promise<void>>();
  #called = new Map<string, Called>();
  #looking: Promise<void> | undefined;
  #stopped = false;
  #hasReportedRefusal = false;

  constructor(options: DueShardOptions, shard: number) {
    this.#options = options;
    this.#shard = shard;
  }

  /** Begins to look through all that is due, unless the look before still does. */
  look(): void {
    this.#looking ??= this.#lookThrough().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Resolves when the look and all calls have ended. */
  async settled(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#calls);
  }

  /** Begins no further call. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.settled();
  }

  async #lookThrough(): Promise<void> {
    const until = this.#options.now();
    this.#hasReportedRefusal = false;
    const seen = new Set<string>();
    let cursor: string | undefined;
    try {
      do {
        const request = { shard: this.#shard, until, limit: pageSize, ...(cursor && { cursor }) };
        const page = await this.#options.table.index.listDue(request);
        if (cursor === undefined) this.#tellOldest(page.items[0], until);
        for (const due of page.items) seen.add(keyOf(due));
        await this.#callAll(page.items.filter((due) => this.#mayCall(due, until)));
        cursor = page.cursor;
      } while (cursor && !this.#stopped);
    } catch (error) {
      // The next look begins again; due executions stay in the index.
      const executionId = `due shard ${this.#shard}`;
      this.#options.report({ type: 'tableFailed', executionId, error: describeError(error) });
      return;
    }
    this.#called = new Map([...this.#called].filter(([key]) => seen.has(key)));
  }

  /** The index is in order of due time, so that the first of all is the oldest. */
  #tellOldest(oldest: DueExecution | undefined, now: number): void {
    const { observe = nobody } = this.#options;
    if (oldest) observe({ type: 'overdue', ageMs: now - oldest.wakeAt });
  }

  /** Whether it has not been called, or its pause is over. */
  #mayCall(due: DueExecution, now: number): boolean {
    return (this.#called.get(keyOf(due))?.nextAt ?? 0) <= now;
  }

  async #callAll(due: readonly DueExecution[]): Promise<void> {
    const isAlone = (each: DueExecution) => this.#called.get(keyOf(each))?.alone === true;
    for (const wakes of chunks(due.filter((each) => !isAlone(each)))) {
      while (this.#calls.size >= callsInFlight) await Promise.race(this.#calls);
      if (this.#stopped) return;
      this.#call(wakes);
    }
    for (const each of due.filter(isAlone)) {
      if (this.#stopped || this.#calls.size >= callsInFlightAlone) return;
      this.#call([each]);
    }
  }

  #call(wakes: readonly DueExecution[]): void {
    const call = this.#outcomeOf(wakes).finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }

  async #outcomeOf(wakes: readonly DueExecution[]): Promise<void> {
    const { callWake, report, now, sleep } = this.#options;
    const startedAt = now();
    for (const wake of wakes) {
      const called = this.#called.get(keyOf(wake)) ?? { calls: 0, alone: false };
      this.#called.set(keyOf(wake), { ...called, nextAt: Number.POSITIVE_INFINITY });
    }
    const event = { wakes: wakes.map(({ executionId, wakeAt }) => ({ executionId, wakeAt })) };
    for (let pauseMs = shortestPauseMs; !this.#stopped; pauseMs = Math.min(pauseMs * 2, lookEveryMs)) {
      try {
        const error = await callWake(event);
        if (error !== undefined) report({ type: 'wakeFailed', error });
        this.#remember(wakes, startedAt, error !== undefined);
        return;
      } catch (error) {
        // There is no capacity now, and these executions did not cause it: as many calls fewer are made meanwhile.
        const isExpected = isThrottled(error) && now() - startedAt < reportRefusalAfterMs;
        if (!isExpected && !this.#hasReportedRefusal) {
          report({ type: 'wakeFailed', error: describeError(error) });
          this.#hasReportedRefusal = true;
        }
        await sleep(pauseMs);
      }
    }
  }

  #remember(wakes: readonly DueExecution[], startedAt: number, broke: boolean): void {
    for (const wake of wakes) {
      const before = this.#called.get(keyOf(wake));
      const calls = (before?.calls ?? 0) + 1;
      const pauseMs = Math.min(lookEveryMs * 2 ** (calls - 1), longestPauseMs);
      this.#called.set(keyOf(wake), {
        calls,
        // Looks are not exactly a second apart.
        nextAt: startedAt + pauseMs - lookEveryMs / 2,
        alone: broke || before?.alone === true,
      });
    }
  }
}

/** Lambda has no capacity for the call at the moment. */
function isThrottled(error: unknown): boolean {
  return error instanceof Error && error.name === 'TooManyRequestsException';
}

/** A wake that moved on is another wake. */
function keyOf({ executionId, wakeAt }: DueExecution): string {
  return `${executionId}#${wakeAt}`;
}

function chunks<T>(items: readonly T[]): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < items.length; i += wakesPerCall) result.push(items.slice(i, i + wakesPerCall));
  return result;
}

import type { Clock } from '../../../local/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when a test lets it, from one timer to the next, and never during a request. */
export class FastForwardClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();
  readonly #requestsInFlight: () => number;

  constructor(requestsInFlight: () => number) {
    this.#requestsInFlight = requestsInFlight;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, timer by timer, until the condition holds. */
  async until(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`Not reached within ${deadlineMs} ms: ${condition}`);
      await eventLoopTurns();
      if (!condition() && this.#requestsInFlight() === 0) this.#fireNext();
    }
  }

  async untilSettled<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    await this.until(() => settled);
    return promise;
  }

  #fireNext(): void {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined) return;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.callback();
  }
}

/** Enough for what follows a request or a timer to have happened. */
async function eventLoopTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

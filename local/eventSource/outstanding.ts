import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** Thrown to those who wait for records when the event source is stopped. */
export class EventSourceStoppedError extends MillraceError {
  override readonly code = 'EventSourceStopped';
  override readonly name = 'EventSourceStoppedError';
  constructor() {
    super('The event source was stopped before the records were delivered: start it again to deliver them.');
  }
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly stop: () => void;
}

/**
 * The records of a shard that were read and are neither delivered nor discarded. Each belongs to the period in which it
 * came, so that one can wait for those of before while more come in.
 */
export class Outstanding {
  readonly #byPeriod = new Map<number, number>();
  #period = 0;
  #count = 0;
  #stopped = false;
  #waiters: Waiter[] = [];

  /** The period that a record which comes now belongs to. */
  get period(): number {
    return this.#period;
  }

  /** Counts a record in. Call the function that it returns once, to count the record out. */
  enter(period: number): () => void {
    this.#count += 1;
    this.#byPeriod.set(period, (this.#byPeriod.get(period) ?? 0) + 1);
    return () => this.#leave(period);
  }

  /** Resolves when fewer than `limit` records are outstanding, or the event source is stopped. */
  whenBelow(limit: number): Promise<void> {
    const isBelow = (): boolean => this.#stopped || this.#count < limit;
    if (isBelow()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ isDone: isBelow, resolve, stop: resolve }));
  }

  /**
   * Resolves when every record that is outstanding now was settled.
   *
   * @throws EventSourceStoppedError if the event source is stopped before
   */
  whenSettled(): Promise<void> {
    const last = this.#period;
    this.#period += 1;
    const isSettled = (): boolean => {
      for (const period of this.#byPeriod.keys()) if (period <= last) return false;
      return true;
    };
    if (isSettled()) return Promise.resolve();
    if (this.#stopped) return Promise.reject(new EventSourceStoppedError());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ isDone: isSettled, resolve, stop: () => reject(new EventSourceStoppedError()) });
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const waiter of this.#waiters.splice(0)) waiter.stop();
  }

  #leave(period: number): void {
    this.#count -= 1;
    const left = (this.#byPeriod.get(period) ?? 0) - 1;
    if (left > 0) this.#byPeriod.set(period, left);
    else this.#byPeriod.delete(period);
    if (this.#waiters.length === 0) return;
    const done = this.#waiters.filter((waiter) => waiter.isDone());
    if (done.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter));
    for (const waiter of done) waiter.resolve();
  }
}

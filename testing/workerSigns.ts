import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/**
 * Whether a worker that has not settled still goes on by itself, as one that waits between attempts of its own: it has a
 * timer, or began something a moment ago. Without either, it waits for something that will not come.
 */
export class WorkerSigns {
  static readonly #running = new AsyncLocalStorage<WorkerSigns>();
  /** Timers of workers, by what Node.js calls them. */
  static readonly #timers = new Map<number, WorkerSigns>();
  static readonly #hook = createHook({
    init: (asyncId, type) => {
      const signs = WorkerSigns.#running.getStore();
      if (!signs) return;
      signs.#lastSignMs = performance.now();
      if (type !== 'Timeout') return;
      signs.#pending += 1;
      WorkerSigns.#timers.set(asyncId, signs);
    },
    destroy: (asyncId) => {
      const signs = WorkerSigns.#timers.get(asyncId);
      if (!signs) return;
      WorkerSigns.#timers.delete(asyncId);
      signs.#pending -= 1;
      signs.#lastSignMs = performance.now();
    },
  });
  #pending = 0;
  #lastSignMs = performance.now();

  /** Does the work, and watches what it begins. */
  watch<Result>(work: () => Result): Result {
    WorkerSigns.#hook.enable();
    this.#lastSignMs = performance.now();
    return WorkerSigns.#running.run(this, work);
  }

  /** For how long nothing has been heard of it: 0 while it has a timer. */
  get quietMs(): number {
    return this.#pending > 0 ? 0 : performance.now() - this.#lastSignMs;
  }
}

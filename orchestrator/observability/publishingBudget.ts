export interface PublishingBudgetOptions {
  /** Times that may be published in a row. */
  readonly burst: number;
  /** In the long run it is published once in this time. */
  readonly intervalMs: number;
}

/**
 * Says when metrics may be published, which is a line in the log, and that costs: after each invocation while there are few
 * of them, so that nothing is held back, and at intervals where there are many, so that a step costs no line.
 */
export class PublishingBudget {
  readonly #options: PublishingBudgetOptions;
  #left: number;
  #countedAt: number | undefined;

  constructor(options: PublishingBudgetOptions) {
    this.#options = options;
    this.#left = options.burst;
  }

  /** @param now milliseconds since the epoch */
  take(now: number): boolean {
    const { burst, intervalMs } = this.#options;
    const gained = (now - (this.#countedAt ?? now)) / intervalMs;
    this.#left = Math.min(burst, this.#left + Math.max(0, gained));
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: () => Promise<void>;
}

/** Events that are still to come in virtual time: in order of time, and at the same time in the order in which it was added. */
export class Happenings {
  readonly #waiting: Happening[] = [];

  add(at: number, run: () => Promise<void>): void {
    const later = this.#waiting.findIndex((other) => other.at > at);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, { at, run });
  }

  /** Takes the next one, if it is due by then. */
  takeFirst(until: number): Happening | undefined {
    const [next] = this.#waiting;
    return next && next.at <= until ? this.#waiting.shift() : undefined;
  }

  /** The time of the last one; absent if there is none. */
  get lastAt(): number | undefined {
    return this.#waiting.at(-1)?.at;
  }
}

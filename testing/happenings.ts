interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: () => Promise<void>;
}

/** What is still to happen in virtual time: in order of time, and at the same time in the order in which it was added. */
export class Happenings {
  readonly #waiting: Happening[] = [];

  add(at: number, run: () => Promise<void>): void {
    const later = this.#waiting.findIndex((other) => other.at > at);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, { at, run });
  }

  /** Takes what happens next, if that is by then. */
  takeFirst(until: number): Happening | undefined {
    const [next] = this.#waiting;
    return next && next.at <= until ? this.#waiting.shift() : undefined;
  }

  /** When the last of it happens, as far as is known; absent where nothing is to happen. */
  get lastAt(): number | undefined {
    return this.#waiting.at(-1)?.at;
  }
}

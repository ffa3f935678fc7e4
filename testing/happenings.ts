interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: () => Promise<void>;
  /** It comes later for a reason of its own, and is not a delivery. */
  readonly isSlow: boolean;
}

/** Events that are still to come in virtual time: in order of time, and at the same time in the order in which it was added. */
export class Happenings {
  readonly #waiting: Happening[] = [];

  add(at: number, run: () => Promise<void>, isSlow = false): void {
    const later = this.#waiting.findIndex((other) => other.at > at);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, { at, run, isSlow });
  }

  /** Takes the next one, if it is due by then. */
  takeFirst(until: number): Happening | undefined {
    const [next] = this.#waiting;
    return next && next.at <= until ? this.#waiting.shift() : undefined;
  }

  /** Takes the next delivery, whenever it would come. */
  takeDelivery(): Happening | undefined {
    const place = this.#waiting.findIndex(({ isSlow }) => !isSlow);
    return place < 0 ? undefined : this.#waiting.splice(place, 1)[0];
  }

  /** The time of the last one; absent if there is none. */
  get lastAt(): number | undefined {
    return this.#waiting.at(-1)?.at;
  }
}

/** Happenings in the order of their virtual time: each after all that the one before led to at once. */
export class VirtualTime {
  /** Milliseconds since the epoch. */
  now = 1_700_000_000_000;
  readonly #waiting: { readonly at: number; readonly run: () => void }[] = [];
  #failure: { readonly error: unknown } | undefined;

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  later(ms: number, run: () => void): void {
    const at = this.now + ms;
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1]?.at ?? at) < at) place--;
    this.#waiting.splice(place, 0, { at, run });
  }

  /** Goes on with it, and rejects `run` with what it rejects with. */
  begin(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Until nothing more is to happen. */
  async run(): Promise<void> {
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) {
      this.now = Math.max(this.now, next.at);
      next.run();
      await new Promise(setImmediate);
      if (this.#failure) throw this.#failure.error;
    }
  }
}

/** Time that passes only when all that runs waits for it. */
export class VirtualTime {
  /** Milliseconds since the epoch. */
  now = 0;
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  readonly #reached: { readonly at: number; readonly resolve: () => void }[] = [];

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ until: this.now + ms, wake }));
  }

  /** Resolves when it is so late, before anything that happens then. */
  reach(at: number): Promise<void> {
    return new Promise((resolve) => this.#reached.push({ at, resolve }));
  }

  /** Lets time pass until the work is done. @throws when the work waits for something else than time */
  async runUntil<Result>(work: Promise<Result>): Promise<Result> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    for (;;) {
      // Everything that needs no time comes first.
      await new Promise((resolve) => setImmediate(resolve));
      if (done) return work;
      this.#sleepers.sort((a, b) => a.until - b.until);
      const next = this.#sleepers.shift();
      if (!next) throw new Error('The work waits, and not for time.');
      this.now = Math.max(this.now, next.until);
      for (const reached of this.#reached.filter(({ at }) => at <= this.now)) {
        this.#reached.splice(this.#reached.indexOf(reached), 1);
        reached.resolve();
        await new Promise((resolve) => setImmediate(resolve));
      }
      next.wake();
    }
  }
}

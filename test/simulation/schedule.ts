interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => unknown;
}

/** Virtual time: what is to happen, in order. One thing happens after everything that the one before it led to at once. */
export class Schedule {
  /** Milliseconds since the epoch. */
  now = 1_700_000_000_000;
  happened = 0;
  readonly #heap: Happening[] = [];
  #order = 0;
  #failure: { readonly error: unknown } | undefined;

  later(ms: number, run: () => unknown): void {
    this.#push({ at: this.now + Math.ceil(ms), order: this.#order++, run });
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  /** Goes on with it, and remembers what goes wrong in it: a defect of the simulation. */
  begin(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  async next(): Promise<void> {
    const next = this.#pop();
    if (!next) return;
    this.now = Math.max(this.now, next.at);
    next.run();
    await this.settle();
  }

  /** Nothing in a run waits for the system: once all microtasks are done, nothing goes on by itself. */
  async settle(): Promise<void> {
    this.happened++;
    await new Promise(setImmediate);
    if (this.#failure) throw this.#failure.error;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(happening);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(happening, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      const child = b && a && isBefore(b, a) ? b : a;
      if (!child || !isBefore(child, last)) break;
      heap[place] = child;
      place = child === b ? left + 1 : left;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

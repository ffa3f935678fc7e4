import type { ClientSurroundings } from './surroundings.ts';

/** Lets calls begin, and units be consumed, at a rate at most; what is asked for at once is spread out. */
export class Pace {
  readonly #surroundings: Pick<ClientSurroundings, 'now' | 'waitClock' | 'sleep'>;
  readonly #msPerUnit: number;
  #nextAt = 0;

  /** @param perSecond infinite: nothing waits */
  constructor(surroundings: Pick<ClientSurroundings, 'now' | 'waitClock' | 'sleep'>, perSecond: number) {
    this.#surroundings = surroundings;
    this.#msPerUnit = 1000 / perSecond;
  }

  /** Resolves when the units taken before have had their time. */
  async take(units = 1, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { now, waitClock = now, sleep } = this.#surroundings;
    const at = Math.max(waitClock(), this.#nextAt);
    this.#nextAt = at + units * this.#msPerUnit;
    const pauseMs = at - waitClock();
    if (pauseMs > 0) await sleep(pauseMs, signal);
  }
}

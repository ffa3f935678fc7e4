import { setImmediate } from 'node:timers/promises';
import { NotReachedError } from './errors.ts';

/** Real time: a test may do something else before it sends the event that a wait is for. */
const longestIdleMs = 2000;

/** Ends a wait of the client in a cloud in which nothing is left to happen. */
export class Patience {
  #idleSince: number | undefined;

  /**
   * Lets the test itself go on before the next look.
   *
   * @param isAlive whether anything is left to happen without the test
   * @throws NotReachedError
   */
  async looked(isAlive: boolean): Promise<void> {
    await setImmediate();
    const now = performance.now();
    const since = this.#idleSince ?? now;
    this.#idleSince = isAlive ? undefined : since;
    if (isAlive || now - since <= longestIdleMs) return;
    this.#idleSince = undefined;
    throw new NotReachedError(
      'A wait of the client goes on without end: nothing is left to happen in this cloud. Send an event, or give the wait a timeoutMs.',
    );
  }
}

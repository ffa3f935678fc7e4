/** The function that looks for executions that are due, once in a while. */
export class SimulatedClock {
  /** It looks this often. */
  everyMs = 1000;
  /** While it is, nothing that is due is found. */
  isStopped = false;
  /** How far its time is ahead of the true one. */
  aheadMs = 0;
  #nextLookAt = 0;

  /** When it looks next, and finds something that is due at `wakeAt` by the true time. */
  nextFruitfulLook(now: number, wakeAt: number): number {
    if (this.isStopped) return Number.POSITIVE_INFINITY;
    const due = wakeAt - this.aheadMs;
    return Math.max(now, this.#nextLookAt, Math.ceil(due / this.everyMs) * this.everyMs);
  }

  /** It looks now: what counts as due. */
  look(now: number): { readonly until: number } {
    this.#nextLookAt = (Math.floor(now / this.everyMs) + 1) * this.everyMs;
    return { until: now + this.aheadMs };
  }
}

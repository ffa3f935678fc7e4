/** How long to wait before a view looks again: soon after a change, then ever less often. */
export interface Backoff {
  readonly firstMs: number;
  readonly factor: number;
  readonly mostMs: number;
}

/** An execution: one read each. */
export const executionBackoff: Backoff = { firstMs: 1000, factor: 1.5, mostMs: 15_000 };

/** A list: one query an index shard each. */
export const listBackoff: Backoff = { firstMs: 2000, factor: 1.6, mostMs: 30_000 };

export function nextWaitMs(backoff: Backoff, unchangedLooks: number): number {
  return Math.min(backoff.mostMs, backoff.firstMs * backoff.factor ** unchangedLooks);
}

/** The ways that a step can take. */
export const ways = ['stream', 'nudge', 'inline'] as const;
export type Way = (typeof ways)[number];

/** Median and 99th percentile, in milliseconds. */
export interface Hop {
  readonly p50: number;
  readonly p99: number;
}

/** The latencies of AWS: docs/reference/benchmarks.md has their sources. */
export const hops = {
  /** From a write to the start of the function that the stream invokes. */
  streamToLambda: { p50: 213, p99: 552 },
  /** From the call to the start of a function that is invoked asynchronously. */
  asynchronousInvoke: { p50: 28, p99: 85 },
  /** A write or a strongly consistent read of one item. An assumption. */
  table: tableHop(4),
} as const satisfies Record<string, Hop>;

/** The latency of a call to the table. */
export function tableHop(p50: number): Hop {
  return { p50, p99: 3 * p50 };
}

/** The 99th percentile of the standard normal distribution. */
const z99 = 2.3263;

/** Draws from the log-normal distribution that has this median and 99th percentile. */
export function drawHop({ p50, p99 }: Hop, random: () => number): number {
  const sigma = Math.log(p99 / p50) / z99;
  return p50 * Math.exp(sigma * standardNormal(random));
}

/** Box and Muller. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

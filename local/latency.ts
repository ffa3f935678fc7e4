import { seededRandom } from '../testing/seededRandom.ts';
import type { DynamoDBFaultDraws } from './dynamodb/faults.ts';
import type { EventSourceFaultDraws } from './eventSource/faults.ts';

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

/** The delays of a local cloud. Each part draws from a seed of its own, so that a part's delays do not depend on the others. */
export interface LatencyDraws {
  /** The milliseconds that an asynchronous invocation takes. */
  readonly asyncDelayMs: () => number;
  readonly eventSource: EventSourceFaultDraws;
  readonly dynamodb: DynamoDBFaultDraws;
}

/** The delays that AWS has, drawn by seed. */
export function awsLatency(seed: number): LatencyDraws {
  const [invokes, records, requests] = [seededRandom(seed), seededRandom(seed + 1), seededRandom(seed + 2)];
  const always = () => {};
  return {
    asyncDelayMs: () => drawHop(hops.asynchronousInvoke, invokes),
    eventSource: {
      delays: true,
      duplicateRecord: () => undefined,
      duplicateBatch: () => false,
      delayMs: () => drawHop(hops.streamToLambda, records),
      setEnabled: always,
      counts: () => ({ duplicateRecord: 0, duplicateBatch: 0, delay: 0 }),
    },
    dynamodb: {
      draw: () => ({ delayMs: drawHop(hops.table, requests), rule: undefined, position: 0 }),
      setEnabled: always,
      counts: () => ({
        throttle: 0,
        transactionConflict: 0,
        dropAfterWrite: 0,
        dropBeforeWrite: 0,
        delay: 0,
      }),
    },
  };
}

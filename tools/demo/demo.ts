import type { MillraceClient } from '../../client/index.ts';
import type { LocalCloud } from '../../local/index.ts';
import { order } from '../../machines/order.ts';
import { measureExecutions } from '../bench/measureExecutions.ts';
import type { MeasuredExecutions } from '../bench/prices.ts';
import { createCloudClients } from '../repository/cloudClients.ts';
import { differencesOf, type ExecutionEnd } from './differences.ts';
import type { SampleOrder } from './sampleOrders.ts';

export interface DemoResult {
  readonly machine: string;
  readonly ends: readonly ExecutionEnd[];
  /** Executions that did not end as their sample order says, each in a sentence. */
  readonly differences: readonly string[];
  /** From the first start to the last end. */
  readonly seconds: number;
  readonly measured: MeasuredExecutions;
}

export interface DemoOptions {
  readonly cloud: LocalCloud;
  readonly orders: readonly SampleOrder[];
  readonly onProgress: (atRest: number, executions: number) => void;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Starts the sample orders and follows them to their ends.
 *
 * @throws WaitTimeoutError
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { cloud, orders, onProgress, timeoutMs, signal, now } = options;
  const { starter, follower, startUnits } = createCloudClients(cloud);

  const startedAt = now();
  const starts = orders.map(({ executionId, input }) => ({ executionId, input }));
  await follower.waitForAll(order, starter.startMany(order, starts), {
    timeoutMs,
    signal,
    onProgress: ({ executions, open }) => onProgress(executions - open, orders.length),
  });
  const seconds = (now() - startedAt) / 1000;
  await cloud.settled();

  const ends: ExecutionEnd[] = [];
  for (const { executionId } of orders) ends.push(await endOf(follower, executionId));
  return {
    machine: order.id,
    ends,
    differences: differencesOf(orders, ends),
    seconds,
    measured: await measureExecutions(cloud, orders.length, startUnits()),
  };
}

async function endOf(client: MillraceClient, executionId: string): Promise<ExecutionEnd> {
  const { status, state } = await client.describe(executionId);
  return {
    executionId,
    status,
    finalState: typeof state === 'string' ? state : JSON.stringify(state ?? null),
  };
}

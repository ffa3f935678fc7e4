import type { LocalCloud } from '../../local/index.ts';
import { eachLimited } from '../../orchestrator/concurrency/eachLimited.ts';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { countSucceeded } from './countSucceeded.ts';
import { type ProcessTimes, processTimes, timesBetween } from './processTimes.ts';

export interface CloudRun {
  readonly machine: string;
  /** The executions' ids begin with it. Each run has a prefix of its own. */
  readonly prefix: string;
  readonly executions: number;
}

export interface MeasuredRun {
  readonly elapsedMs: number;
  readonly cpu: ProcessTimes;
}

const startsInFlight = 32;

/**
 * Starts executions on a local cloud and waits until nothing goes on any more.
 *
 * @throws UnfinishedError
 */
export async function runOnCloud(
  cloud: LocalCloud,
  { machine, prefix, executions }: CloudRun,
): Promise<MeasuredRun> {
  const { dynamodb: client, tableName } = cloud;
  const { indexShards, retentionDays } = defaults;
  const table = new DynamoDBTable({ client, tableName, now: () => Date.now(), indexShards, retentionDays });
  const endedBefore = await countSucceeded(client, tableName, machine);
  const numbers = Array.from({ length: executions }, (_, number) => number);
  const cpuBefore = processTimes();
  const start = performance.now();
  await eachLimited(numbers, startsInFlight, async (number) => {
    await table.journal.insertStart({ executionId: `${prefix}-${number}`, machine, input: { from: number } });
  });
  await cloud.settled();
  const measured = { elapsedMs: performance.now() - start, cpu: timesBetween(cpuBefore, processTimes()) };
  const ended = (await countSucceeded(client, tableName, machine)) - endedBefore;
  if (ended !== executions) throw new UnfinishedError(executions, ended);
  return measured;
}

/** Thrown when nothing goes on any more and not all executions have succeeded. */
export class UnfinishedError extends Error {
  readonly code = 'Unfinished';
  override readonly name = 'UnfinishedError';
  constructor(executions: number, ended: number) {
    super(`Of ${executions} executions ${ended} succeeded: look at what the functions printed.`);
  }
}

import { expect } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { journalReferences, parseLog } from '../../orchestrator/core/execution/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamoDBTable.ts';
import type { TestCloud } from './testCloud.ts';

/** Journal and log give the stored snapshot, byte for byte, and the log names no item twice. */
export async function expectReplayOnce(
  { cloud }: TestCloud,
  definitions: readonly AnyStateMachine[],
  executionId: string,
): Promise<void> {
  const { dynamodb, tableName } = cloud;
  const table = new DynamoDBTable({ client: dynamodb, tableName, indexShards: 4, now: Date.now });
  const machines = machineLookup(prepareMachines(definitions));
  const { execution, journal, segments } = await table.readHistory(executionId);
  const logs = [...segments, execution?.log ?? ''];
  const replayed = [...replay(machines, { executionId, journal, log: logs.flatMap(parseLog) })].at(-1);
  expect(replayed?.snapshot).toBeDefined();
  expect(replayed?.snapshot).toBe(execution?.snapshot);
  const applied = logs.flatMap(journalReferences);
  expect(applied).toEqual([...new Set(applied)]);
}

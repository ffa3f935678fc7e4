import { expect } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { replayRecording } from '../../client/index.ts';
import { journalReferences } from '../../orchestrator/core/execution/model/log.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import type { TestCloud } from './testCloud.ts';

/** Journal and log give the stored state, byte for byte, by the version it ran on, and the log names no item twice. */
export async function expectReplayOnce(
  { cloud }: TestCloud,
  definitions: readonly AnyStateMachine[],
  executionId: string,
): Promise<void> {
  const { dynamodb, tableName } = cloud;
  const table = new DynamoDBTable({ client: dynamodb, tableName, indexShards: 4, now: Date.now });
  const { execution, journal, segments } = await table.executions.readHistory(executionId);
  if (!execution) throw new Error(`Nothing of the execution '${executionId}' was committed.`);
  const log = [...segments, execution.log];
  const report = replayRecording({ recording: 1, execution, journal, log }, definitions);
  expect(report).toMatchObject({ executionId, outcome: 'equal' });
  const applied = log.flatMap(journalReferences);
  expect(applied).toEqual([...new Set(applied)]);
}

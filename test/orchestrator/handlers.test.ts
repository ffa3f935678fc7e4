import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { TaskDispatcher } from '../../orchestrator/dispatch/taskDispatcher.ts';
import { streamHandler } from '../../orchestrator/handlers/stream.ts';
import { wakeHandler } from '../../orchestrator/handlers/wake.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { sequential } from '../support/machines.ts';

const now = () => 1_700_000_000_000;

function setUp() {
  const table = new MemoryTable();
  const dispatched: TaskPayload[] = [];
  const reports: Report[] = [];
  const report = (each: Report) => void reports.push(each);
  const machines = machineLookup([prepareMachine(sequential(2))]);
  const dispatcher = new TaskDispatcher({
    invoker: {
      invoke: async (_, payload) => {
        dispatched.push(payload);
        return { type: 'dispatched' };
      },
    },
    machines,
    table,
    tableName: 'table',
    layout: { indexShards: 1, retentionDays: 90 },
    functionNames: functionNames(''),
    report,
    now,
  });
  const limits = { waitForMachineMs: 60_000 };
  const orchestrator = new Orchestrator({ table, machines, dispatcher, limits, report, now });
  return { table, dispatched, reports, orchestrator, stream: streamHandler(orchestrator, report, () => {}) };
}

let sequence = 0;
function record(
  executionId: string,
  item: string,
  image: object,
  eventName: 'INSERT' | 'MODIFY' = 'INSERT',
): DynamoDBRecord {
  const keys = { executionId: { S: executionId }, item: { S: item } };
  return {
    eventName,
    dynamodb: {
      Keys: keys,
      NewImage: { ...keys, ...image },
      SequenceNumber: String(++sequence),
      ApproximateCreationDateTime: now() / 1000,
    },
  };
}

const start = { machine: { S: 'sequential' }, input: { M: { from: { N: '1' } } } };

describe('the stream handler', () => {
  it("gives records the time that the executions' clock showed when they were written", async () => {
    const { orchestrator, reports } = setUp();
    const created: number[] = [];
    const applyRecords = orchestrator.applyRecords.bind(orchestrator);
    orchestrator.applyRecords = (id, records) => {
      created.push(...records.map(({ createdAt }) => createdAt));
      return applyRecords(id, records);
    };
    const doubled = (systemMs: number) => systemMs * 2;
    await streamHandler(
      orchestrator,
      (each) => reports.push(each),
      () => {},
      doubled,
    )({
      Records: [record('a', 'start', start)],
    });
    expect(created).toEqual([now() * 2]);
  });

  it('reports when a batch is done how many records it had, and when the oldest of them was written', async () => {
    const { orchestrator, reports } = setUp();
    const done: object[] = [];
    const handler = streamHandler(
      orchestrator,
      (each) => reports.push(each),
      (batch) => done.push(batch),
    );
    const [older, younger] = ['a', 'b'].map((id) => record(id, 'start', start));
    if (!older?.dynamodb || !younger) throw new Error('There are two records.');
    older.dynamodb.ApproximateCreationDateTime = now() / 1000 - 30;
    await handler({ Records: [younger, older] });
    expect(done).toEqual([{ records: 2, oldestAt: now() - 30_000 }]);
  });

  it('invariant 8: reports the records of an execution that the table did not take, and no others', async () => {
    const { table, stream } = setUp();
    const commit = table.executions.commit.bind(table.executions);
    table.executions.commit = async (execution) => {
      if (execution.executionId === 'throttled') throw new Error('ProvisionedThroughputExceededException');
      return commit(execution);
    };
    const records = ['a', 'throttled', 'b'].map((id) => record(id, 'start', start));
    const response = await stream({ Records: records });
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: records[1]?.dynamodb?.SequenceNumber }]);
    expect((await table.executions.read('a'))?.status).toBe('RUNNING');
    expect((await table.executions.read('b'))?.status).toBe('RUNNING');
    expect(await table.executions.read('throttled')).toBeUndefined();
  });

  it('gives a worker all it needs to answer', async () => {
    const { dispatched, stream } = setUp();
    await stream({ Records: [record('e1', 'start', start)] });
    expect(dispatched).toEqual([
      {
        table: 'table',
        executionId: 'e1',
        item: 'task#0#1',
        task: 0,
        attempt: 1,
        worker: 'add',
        machine: 'sequential',
        machineVersion: '1',
        deadline: '2023-11-14T22:13:50.000Z',
        idempotencyKey: 'e1#0',
        expiresAt: 1_700_000_000 + 90 * 86_400,
        input: { to: 1 },
      },
    ]);
  });

  it('takes records that no filter should have let through for nothing', async () => {
    const { table, stream } = setUp();
    const response = await stream({
      Records: [
        record('e1', 'start', start, 'MODIFY'),
        record('e1', 'execution', {}),
        record('e1', 'beat#0#1', {}),
        { eventName: 'INSERT' },
      ],
    });
    expect(response.batchItemFailures).toEqual([]);
    expect(table.items.size).toBe(0);
  });

  it('drops an execution item that someone else has written, says so, and blocks nothing', async () => {
    const { table, reports, stream } = setUp();
    table.put({ executionId: { S: 'e1' }, item: { S: 'execution' }, status: { S: 'WHATEVER' } });
    const response = await stream({
      Records: [record('e1', 'event#1', { type: { S: 'X' } }), record('e2', 'start', start)],
    });
    expect(response.batchItemFailures).toEqual([]);
    expect(reports).toMatchObject([{ type: 'dropped', executionId: 'e1' }]);
    expect((await table.executions.read('e2'))?.status).toBe('RUNNING');
  });

  it('applies results that are delivered in one batch in one commit', async () => {
    const { table, stream } = setUp();
    await stream({ Records: [record('e1', 'start', start)] });
    const result = (output: string) => ({ status: { S: 'SUCCEEDED' }, output: { N: output } });
    await stream({
      Records: [record('e1', 'task#0#1', result('2')), record('e1', 'event#1', { type: { S: 'NOTHING' } })],
    });
    expect(table.commits).toBe(2);
  });
});

describe('the wake handler', () => {
  it('answers the executions that the table did not take', async () => {
    const { orchestrator, table } = setUp();
    table.executions.read = () => Promise.reject(new Error('throttled'));
    const wake = wakeHandler(
      orchestrator,
      () => {},
      () => {},
    );
    expect(await wake({ wakes: [{ executionId: 'e1', wakeAt: 1 }] })).toEqual({ failed: ['e1'] });
  });
});

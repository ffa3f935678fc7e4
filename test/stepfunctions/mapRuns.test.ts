import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  paginateListExecutions,
  RedriveExecutionCommand,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../orchestrator/core/data/json.ts';
import { eventually } from '../support/eventually.ts';
import { ApiCloud, prefix } from './apiCloud.ts';

const charge = 'arn:aws:lambda:us-east-1:000000000000:function:charge';
const none = {
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 0,
  resultsWritten: 0,
  failuresNotRedrivable: 0,
  pendingRedrive: 0,
};

const mapping = (States: JsonObject, more: JsonObject = {}, name = 'Each order') => ({
  StartAt: name,
  States: {
    [name]: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: Object.keys(States)[0] ?? '',
        States,
      },
      End: true,
      ...more,
    },
  },
});
const passing = { Pass: { Type: 'Pass', End: true } };
const waiting = { Wait: { Type: 'Wait', Seconds: 36_000, End: true } };
const charging = { Charge: { Type: 'Task', Resource: charge, End: true } };

describe('the ARN of a Map run', () => {
  let api: ApiCloud;
  beforeAll(async () => {
    api = await ApiCloud.start({ timeScale: 10 });
  }, 60_000);
  afterAll(() => api?.stop());

  const runOf = async (executionArn: string): Promise<string> => {
    const list = () => api.sfn.send(new ListMapRunsCommand({ executionArn }));
    const { mapRuns = [] } = await eventually(list, ({ mapRuns = [] }) => mapRuns.length > 0, {
      what: 'the list of runs',
    });
    return mapRuns[0]?.mapRunArn ?? '';
  };
  const history = async (executionArn: string) => {
    const { events = [] } = await api.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    return events;
  };
  const described = (mapRunArn: string) => api.sfn.send(new DescribeMapRunCommand({ mapRunArn }));
  const begun = async (name: string, definition: JsonObject, input: JsonObject[]) =>
    api.begin(await api.create(name, definition), input, 'a.b');

  it('leads to what the run has done, by batches and by items', async () => {
    const more = {
      ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { fails: false } },
      ItemSelector: { 'n.$': '$$.Map.Item.Value.n' },
      MaxConcurrency: 3,
      ToleratedFailurePercentage: 50,
      ToleratedFailureCount: 1,
      Label: 'batch',
    };
    const fails = { Variable: '$.Items[0].n', NumericEquals: 2, Next: 'Fail' };
    const states = {
      Choice: { Type: 'Choice', Choices: [fails], Default: 'Pass' },
      Fail: { Type: 'Fail', Error: 'Two' },
      ...passing,
    };
    const items = Array.from({ length: 7 }, (_, n) => ({ n }));
    const executionArn = await begun('batches', mapping(states, more), items);
    expect(await api.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    const mapRunArn = await runOf(executionArn);
    expect(mapRunArn).toMatch(
      /^arn:aws:states:us-east-1:000000000000:mapRun:batches\/batch:[0-9a-f]{8}-[0-9a-f-]+$/,
    );
    const { $metadata: _, ...run } = await described(mapRunArn);
    expect(run).toEqual({
      mapRunArn,
      executionArn,
      status: 'SUCCEEDED',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      maxConcurrency: 3,
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 50,
      itemCounts: { ...none, succeeded: 5, failed: 2, total: 7 },
      executionCounts: { ...none, succeeded: 3, failed: 1, total: 4 },
      redriveCount: 0,
    });
    const { executions = [] } = await api.sfn.send(new ListExecutionsCommand({ mapRunArn }));
    expect(executions.map(({ itemCount }) => itemCount).sort()).toEqual([1, 2, 2, 2]);
    expect(executions[0]).toEqual({
      executionArn: expect.stringContaining(`${prefix}:execution:batches/batch:`),
      stateMachineArn: `${prefix}:stateMachine:batches/batch`,
      name: expect.any(String),
      status: 'SUCCEEDED',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      mapRunArn,
      itemCount: expect.any(Number),
      redriveCount: 0,
    });
    const statusFilter = 'FAILED' as const;
    const failed = await api.sfn.send(new ListExecutionsCommand({ mapRunArn, statusFilter }));
    expect(failed.executions).toHaveLength(1);
    const { executionArn: ofFailed = '' } = failed.executions?.[0] ?? {};
    expect((await history(ofFailed)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'FailStateEntered',
      'ExecutionFailed',
    ]);
    const { $metadata: __, ...item } = await api.sfn.send(
      new DescribeExecutionCommand({ executionArn: ofFailed }),
    );
    expect(item).toEqual({
      executionArn: ofFailed,
      stateMachineArn: `${prefix}:stateMachine:batches/batch`,
      name: ofFailed.slice(ofFailed.lastIndexOf(':') + 1),
      status: 'FAILED',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      mapRunArn,
      input: '{"BatchInput":{"fails":false},"Items":[{"n":2},{"n":3}]}',
      inputDetails: { included: true },
      error: 'Two',
      redriveCount: 0,
      redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
    });
    const last = { executionArn: ofFailed, reverseOrder: true, maxResults: 1 };
    const { events: ends = [], nextToken } = await api.sfn.send(new GetExecutionHistoryCommand(last));
    const { events: rest = [] } = await api.sfn.send(new GetExecutionHistoryCommand({ ...last, nextToken }));
    expect([...ends, ...rest].map(({ type }) => type)).toEqual(['ExecutionFailed', 'FailStateEntered']);
    const noItem = { name: 'ExecutionDoesNotExist' };
    await expect(history(`${ofFailed}0`)).rejects.toMatchObject(noItem);
    await expect(history(`${prefix}:execution:batches/batch:none`)).rejects.toMatchObject(noItem);
    await expect(history(ofFailed.replace('/batch:', '/other:'))).rejects.toMatchObject(noItem);
    const update = new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 5 });
    await expect(api.sfn.send(update)).rejects.toMatchObject({
      name: 'ValidationException',
      reason: 'CANNOT_UPDATE_COMPLETED_MAP_RUN',
    });
  });

  it('leads to a run that works, and is aborted with its execution', async () => {
    const items = [{}, {}, {}, {}, {}];
    const executionArn = await begun('waits', mapping(waiting, { MaxConcurrency: 2 }, 'Of: a/b'), items);
    const mapRunArn = await runOf(executionArn);
    expect(mapRunArn).toContain(':mapRun:waits/Of: a/b:');
    const counts = { ...none, pending: 3, running: 2, total: 5 };
    expect(await described(mapRunArn)).toMatchObject({
      status: 'RUNNING',
      maxConcurrency: 2,
      itemCounts: counts,
      executionCounts: counts,
    });
    const { executions = [] } = await api.sfn.send(new ListExecutionsCommand({ mapRunArn }));
    const { executionArn: ofItem = '' } = executions[0] ?? {};
    expect(ofItem).toContain(':execution:waits/Of: a/b:');
    expect((await history(ofItem)).map(({ type }) => type)).toEqual(['ExecutionStarted', 'WaitStateEntered']);
    await expect(api.sfn.send(new StopExecutionCommand({ executionArn: ofItem }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(`Stop the whole execution, '${executionArn}'`),
    });
    await api.sfn.send(new StopExecutionCommand({ executionArn }));
    await api.ended(executionArn);
    expect((await history(ofItem)).at(-1)).toMatchObject({ id: 3, type: 'ExecutionAborted' });
    expect(await api.sfn.send(new StopExecutionCommand({ executionArn: ofItem }))).toMatchObject({
      stopDate: expect.any(Date),
    });
    const stopped = { ...none, pending: 3, aborted: 2, total: 5 };
    expect(await described(mapRunArn)).toMatchObject({
      status: 'ABORTED',
      stopDate: expect.any(Date),
      itemCounts: stopped,
    });
  });

  it('leads to a run that failed, and that a redrive takes up', async () => {
    const items = [{ fails: true }];
    const executionArn = await begun('fails', mapping(charging), items);
    await api.ended(executionArn);
    const mapRunArn = await runOf(executionArn);
    expect(await described(mapRunArn)).toMatchObject({
      status: 'FAILED',
      itemCounts: { ...none, failed: 1, total: 1 },
    });
    await api.sfn.send(new RedriveExecutionCommand({ executionArn }));
    const again = await eventually(
      () => described(mapRunArn),
      ({ redriveCount, status }) => redriveCount === 1 && status !== 'RUNNING',
      { what: 'the run' },
    );
    expect(again).toMatchObject({ status: 'FAILED', redriveDate: expect.any(Date) });
    expect(again.itemCounts).toEqual({ ...none, failed: 1, total: 1 });
  });

  it('leads to a long list, page by page', async () => {
    const items = Array.from({ length: 300 }, (_, n) => ({ n }));
    const executionArn = await begun('long', mapping(passing), items);
    expect(await api.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    const mapRunArn = await runOf(executionArn);
    const counts = { ...none, succeeded: 300, total: 300 };
    expect(await described(mapRunArn)).toMatchObject({ status: 'SUCCEEDED', executionCounts: counts });
    const names = new Set<string | undefined>();
    for await (const page of paginateListExecutions({ client: api.sfn, pageSize: 77 }, { mapRunArn })) {
      for (const { name } of page.executions ?? []) names.add(name);
    }
    expect(names.size).toBe(300);
    const [name = ''] = names;
    const ofItem = `${prefix}:execution:long/Each order:${name}`;
    const newest = { executionArn: ofItem, reverseOrder: true, maxResults: 1 };
    const page = await api.sfn.send(new GetExecutionHistoryCommand(newest));
    expect(page.events).toEqual([
      expect.objectContaining({
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: {
          output: expect.stringMatching(/^\{"n":\d+\}$/),
          outputDetails: { truncated: false },
        },
      }),
    ]);
  });

  it.each(['1', '9c04aef1-0d3e-4c1f-a1f3-1d3a7c52a6c0', '9c04aef1-0d3e-4c1f-a1f3-1d3a7c52a6c0-6f'])(
    'that was never made leads nowhere: %s',
    async (run) => {
      const mapRunArn = `${prefix}:mapRun:long/Each:${run}`;
      const nothing = { name: 'ResourceNotFound' };
      await expect(described(mapRunArn)).rejects.toMatchObject(nothing);
      await expect(api.sfn.send(new UpdateMapRunCommand({ mapRunArn }))).rejects.toMatchObject(nothing);
      await expect(api.sfn.send(new ListExecutionsCommand({ mapRunArn }))).rejects.toMatchObject(nothing);
    },
  );
});

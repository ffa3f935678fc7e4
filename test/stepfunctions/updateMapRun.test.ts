import {
  DescribeMapRunCommand,
  type DescribeMapRunCommandOutput,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executionIdOf } from '../../asl/executionNames.ts';
import type { JsonObject } from '../../orchestrator/core/data/json.ts';
import { eventually } from '../support/eventually.ts';
import { ApiCloud } from './apiCloud.ts';

const charge = 'arn:aws:lambda:us-east-1:000000000000:function:charge';
/** Each item waits, and then it may fail. */
const processor = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Charge' },
    Charge: { Type: 'Task', Resource: charge, End: true },
  },
};
const mapping = (more: JsonObject = {}): JsonObject => ({
  StartAt: 'Each',
  States: { Each: { Type: 'Map', ItemProcessor: processor, End: true, ...more } },
});
const long = 36_000;

describe('UpdateMapRun', () => {
  let api: ApiCloud;
  beforeAll(async () => {
    api = await ApiCloud.start({ timeScale: 10 });
  }, 60_000);
  afterAll(() => api?.stop());

  const begun = async (name: string, definition: JsonObject, input: JsonObject[]) => {
    const executionArn = await api.begin(await api.create(name, definition), input, 'a.b');
    const list = () => api.sfn.send(new ListMapRunsCommand({ executionArn }));
    const { mapRuns = [] } = await eventually(list, ({ mapRuns = [] }) => mapRuns.length > 0, {
      what: 'the list of runs',
    });
    return { executionArn, mapRunArn: mapRuns[0]?.mapRunArn ?? '' };
  };
  const described = (mapRunArn: string) => api.sfn.send(new DescribeMapRunCommand({ mapRunArn }));
  const until = (mapRunArn: string, holds: (run: DescribeMapRunCommandOutput) => boolean) =>
    eventually(() => described(mapRunArn), holds, { what: 'the run' });
  const update = (mapRunArn: string, limits: Omit<UpdateMapRunCommand['input'], 'mapRunArn'>) =>
    api.sfn.send(new UpdateMapRunCommand({ mapRunArn, ...limits }));
  const waiting = (count: number) => Array.from({ length: count }, () => ({ seconds: long }));

  it.each([
    ['few', 9, 2],
    // Other executions work on it, each on a part.
    ['many', 300, 3],
  ])('lets more items of %s be worked on at once', async (name, count, MaxConcurrency) => {
    const { executionArn, mapRunArn } = await begun(name, mapping({ MaxConcurrency }), waiting(count));
    const before = await until(mapRunArn, ({ itemCounts }) => itemCounts?.running === MaxConcurrency);
    expect(before).toMatchObject({ maxConcurrency: MaxConcurrency });
    const { $metadata: _, ...answer } = await update(mapRunArn, { maxConcurrency: 6 });
    expect(answer).toEqual({});
    expect(await described(mapRunArn)).toMatchObject({ maxConcurrency: 6 });
    const after = await until(mapRunArn, ({ itemCounts }) => itemCounts?.running === 6);
    expect(after.itemCounts).toMatchObject({ pending: count - 6, total: count });
    await api.sfn.send(new StopExecutionCommand({ executionArn }));
    await api.ended(executionArn);
    expect(await described(mapRunArn)).toMatchObject({ status: 'ABORTED', maxConcurrency: 6 });
  });

  it('of one limit keeps the others, also where others update at the same time', async () => {
    const definition = mapping({ MaxConcurrency: 3, ToleratedFailurePercentage: 50 });
    const { executionArn, mapRunArn } = await begun('kept', definition, waiting(8));
    await until(mapRunArn, ({ itemCounts }) => itemCounts?.running === 3);
    await Promise.all([
      update(mapRunArn, { maxConcurrency: 4 }),
      update(mapRunArn, { toleratedFailureCount: 3 }),
      update(mapRunArn, { toleratedFailurePercentage: 75 }),
    ]);
    const updated = { maxConcurrency: 4, toleratedFailureCount: 3, toleratedFailurePercentage: 75 };
    expect(await described(mapRunArn)).toMatchObject(updated);
    await until(mapRunArn, ({ itemCounts }) => itemCounts?.running === 4);
    const entries = [];
    for await (const entry of api.millrace.historyAll(executionIdOf('kept', { name: 'a.b' }))) {
      if (entry.control === 'updateList') entries.push(entry.update);
    }
    expect(entries.map((entry) => entry?.number).sort()).toEqual([1, 2, 3]);
    // Neither limit may be exceeded: 75% of 8 items are 6.
    const last = entries.find((entry) => entry?.number === 3);
    expect(last).toMatchObject({ concurrency: 4, tolerated: 3 });
    await api.sfn.send(new StopExecutionCommand({ executionArn }));
  });

  it('tolerates more failures', async () => {
    const items = [
      { seconds: 20, fails: true },
      { seconds: 30, fails: false },
    ];
    const { executionArn, mapRunArn } = await begun('tolerates', mapping(), items);
    await update(mapRunArn, { toleratedFailureCount: 1 });
    expect(await api.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await described(mapRunArn)).toMatchObject({
      status: 'SUCCEEDED',
      toleratedFailureCount: 1,
      itemCounts: { succeeded: 1, failed: 1 },
    });
  });

  it('fails the run where more items have failed, and a redrive goes on with the limits of before', async () => {
    const items = [
      { seconds: 0, fails: true },
      { seconds: 30, fails: false },
    ];
    const { executionArn, mapRunArn } = await begun('fails', mapping({ ToleratedFailureCount: 1 }), items);
    await until(mapRunArn, ({ itemCounts }) => itemCounts?.failed === 1);
    await update(mapRunArn, { toleratedFailureCount: 0 });
    expect(await api.ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    await api.sfn.send(new RedriveExecutionCommand({ executionArn }));
    await until(mapRunArn, ({ redriveCount }) => redriveCount === 1);
    expect(await described(mapRunArn)).toMatchObject({ toleratedFailureCount: 1 });
    expect(await api.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('reaches the run of a Map that is within an item of another', async () => {
    const inner = { Type: 'Map', ItemProcessor: processor, MaxConcurrency: 1, End: true };
    const outer = { StartAt: 'Inner', States: { Inner: inner } };
    const definition = mapping({ ItemProcessor: outer });
    const { executionArn, mapRunArn } = await begun('nested', definition, [waiting(4) as never]);
    await until(mapRunArn, ({ itemCounts }) => itemCounts?.running === 1);
    await update(mapRunArn, { maxConcurrency: 3 });
    await until(mapRunArn, ({ itemCounts }) => itemCounts?.running === 3);
    await api.sfn.send(new StopExecutionCommand({ executionArn }));
  });

  it('with no limit, with wrong ones, or of a run that has ended, is refused', async () => {
    const { executionArn, mapRunArn } = await begun('refused', mapping(), [{ seconds: 0, fails: false }]);
    await api.ended(executionArn);
    await expect(update(mapRunArn, { maxConcurrency: 5 })).rejects.toMatchObject({
      name: 'ValidationException',
      reason: 'CANNOT_UPDATE_COMPLETED_MAP_RUN',
    });
    const other = await begun('refused2', mapping(), waiting(1));
    await expect(update(other.mapRunArn, {})).rejects.toMatchObject({
      name: 'ValidationException',
      reason: 'MISSING_REQUIRED_PARAMETER',
    });
    for (const wrong of [{ maxConcurrency: -1 }, { toleratedFailurePercentage: 101 }]) {
      await expect(update(other.mapRunArn, wrong)).rejects.toMatchObject({ name: 'ValidationException' });
    }
    await api.sfn.send(new StopExecutionCommand({ executionArn: other.executionArn }));
  });
});

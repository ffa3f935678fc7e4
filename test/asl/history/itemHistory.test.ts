import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../asl/json.ts';
import { failedTask, failingOnce, lines, named, started } from './histories.ts';

const task = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
  End: true,
  ...more,
});

const mapping = (StartAt: string, States: JsonObject, more: JsonObject = {}) => ({
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt, States },
      End: true,
      ...more,
    },
  },
});

describe('An item of a distributed Map has a history of its own', () => {
  test('from its input to its output, and the execution has nothing of it', async () => {
    const ran = await started(mapping('A', { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } }), {}, [
      { n: 1 },
      { n: 2 },
    ]);
    await ran.cloud.runToEnd(ran.executionId);
    const [events = []] = await ran.eventsOfItem(1);
    expect(lines(events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 PassStateEntered A',
      '3<2 PassStateExited A',
      '4<3 SucceedStateEntered B',
      '5<4 SucceedStateExited B',
      '6<5 ExecutionSucceeded',
    ]);
    expect(events[0]?.details).toMatchObject({ input: '{"n":2}' });
    expect(events.at(-1)?.details).toMatchObject({ output: '{"n":2}' });
    expect((await ran.events()).map(({ type }) => type)).not.toContain('PassStateEntered');
    expect(await ran.eventsOfItem(2)).toEqual([undefined]);
  });

  test('with the branches and the items within it, each linked to its own', async () => {
    const inner = {
      Type: 'Map',
      ItemsPath: '$.list',
      ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
      Next: 'Both',
    };
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Pass', End: true } },
    });
    const ran = await started(
      mapping('Inner', {
        Inner: inner,
        Both: { Type: 'Parallel', Branches: [branch('X'), branch('Y')], End: true },
      }),
      {},
      [{ list: [] }, { list: [1, 2] }],
    );
    await ran.cloud.runToEnd(ran.executionId);
    const [events = []] = await ran.eventsOfItem(1);
    expect(lines(events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 MapStateEntered Inner',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted Inner 0',
      '5<4 PassStateEntered P',
      '6<5 PassStateExited P',
      '7<6 MapIterationSucceeded Inner 0',
      '8<3 MapIterationStarted Inner 1',
      '9<8 PassStateEntered P',
      '10<9 PassStateExited P',
      '11<10 MapIterationSucceeded Inner 1',
      '12<11 MapStateSucceeded',
      '13<11 MapStateExited Inner',
      '14<13 ParallelStateEntered Both',
      '15<14 ParallelStateStarted',
      '16<15 PassStateEntered X',
      '17<16 PassStateExited X',
      '18<15 PassStateEntered Y',
      '19<18 PassStateExited Y',
      '20<19 ParallelStateSucceeded',
      '21<19 ParallelStateExited Both',
      '22<21 ExecutionSucceeded',
    ]);
  });

  test('in each run of a Map that is tried again', async () => {
    const more = { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }] };
    const ran = await started(
      mapping('T', { T: task('f') }, more),
      { 'Each/T': failingOnce(named('Busy', 'Not now.')) },
      [{}],
    );
    await ran.cloud.runToEnd(ran.executionId);
    const [first = [], second = []] = await ran.eventsOfItem(0);
    expect(lines(first)).toEqual(failedTask);
    expect(first.at(-1)?.details).toEqual({ error: 'Busy', cause: 'Not now.' });
    expect(lines(second).at(-1)).toBe('7<6 ExecutionSucceeded');
    expect(second.at(-1)?.details).toMatchObject({ output: '"done"' });
  });

  test('which a redrive takes up', async () => {
    const ran = await started(mapping('T', { T: task('f') }), { 'Each/T': failingOnce(named('Busy')) }, [{}]);
    await ran.cloud.runToEnd(ran.executionId);
    await ran.cloud.client.redrive(ran.executionId);
    await ran.cloud.runToEnd(ran.executionId);
    const [events = []] = await ran.eventsOfItem(0);
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'ExecutionFailed',
      'ExecutionRedriven',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('that ends where its execution is stopped', async () => {
    const ran = await started(mapping('W', { W: { Type: 'Wait', Seconds: 60, End: true } }), {}, [{}]);
    await ran.cloud.skip('10s');
    await ran.cloud.client.stop(ran.executionId);
    await ran.cloud.runToEnd(ran.executionId);
    const [events = []] = await ran.eventsOfItem(0);
    expect(lines(events)).toEqual(['1<0 ExecutionStarted', '2<0 WaitStateEntered W', '3<0 ExecutionAborted']);
  });

  test('also in a list that executions of their own work on', async () => {
    const items = Array.from({ length: 260 }, (_, n) => ({ n }));
    const ran = await started(mapping('A', { A: { Type: 'Pass', End: true } }), {}, items);
    await ran.cloud.runToEnd(ran.executionId);
    const [events = []] = await ran.eventsOfItem(241);
    expect(events.at(-1)).toMatchObject({ type: 'ExecutionSucceeded', details: { output: '{"n":241}' } });
  });
});

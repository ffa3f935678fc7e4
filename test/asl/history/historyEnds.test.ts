import { describe, expect, test } from 'vitest';
import { failedTask, failingOnce, historyOf, lines, named, started, task } from './histories.ts';

describe('The end of an execution that an operator or a deadline brings', () => {
  const waits = { StartAt: 'T', States: { T: task('f') } };

  test('an execution that is stopped is aborted, with the reason', async () => {
    const { cloud, executionId, events } = await started({
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 60, End: true } },
    });
    await cloud.settled();
    await cloud.stop(executionId, { cause: 'Not needed.' });
    await cloud.runToEnd(executionId);
    const last = (await events()).at(-1);
    expect(last).toMatchObject({
      type: 'ExecutionAborted',
      previousEventId: 0,
      details: { cause: 'Not needed.' },
    });
  });

  test('a time-out says nothing of the state that it cut', async () => {
    const events = await historyOf({
      StartAt: 'W',
      TimeoutSeconds: 10,
      States: { W: { Type: 'Wait', Seconds: 60, End: true } },
    });
    expect(lines(events).slice(1)).toEqual(['2<0 WaitStateEntered W', '3<0 ExecutionTimedOut']);
  });

  test('a redrive begins the task that failed again', async () => {
    const { cloud, executionId, events } = await started(waits, { T: failingOnce(named('Down')) });
    await cloud.runToEnd(executionId);
    await cloud.client.redrive(executionId);
    await cloud.runToEnd(executionId);
    expect(lines(await events())).toEqual([
      ...failedTask,
      '7<6 ExecutionRedriven',
      '8<7 LambdaFunctionScheduled',
      '9<8 LambdaFunctionStarted',
      '10<9 LambdaFunctionSucceeded',
      '11<10 TaskStateExited T',
      '12<11 ExecutionSucceeded',
    ]);
  });

  test('a Map run that writes its results fails as another does, and a redrive goes on with it', async () => {
    let works = false;
    const written: unknown[] = [];
    const { cloud, executionId, events, eventsOfItem } = await started(
      {
        StartAt: 'M',
        States: {
          M: {
            Type: 'Map',
            MaxConcurrency: 1,
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'T',
              States: { T: task('f') },
            },
            ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } },
            End: true,
          },
        },
      },
      {
        'M/T': (input) => {
          if (!works && input === 2) throw named('Down');
          return input;
        },
        'M/ResultWriter': (input) => {
          written.push(input);
          return { ResultWriterDetails: {} };
        },
      },
      [1, 2, 3],
    );
    await cloud.runToEnd(executionId);
    const failed = [
      '1<0 ExecutionStarted',
      '2<0 MapStateEntered M',
      '3<2 MapStateStarted',
      '4<3 MapRunStarted',
      '5<4 MapRunFailed',
      '6<5 MapStateFailed',
      '7<6 ExecutionFailed',
    ];
    expect(lines(await events())).toEqual(failed);
    expect(written).toMatchObject([
      { succeeded: { length: 1 }, failed: { length: 1 }, pending: { length: 1 } },
    ]);
    works = true;
    await cloud.client.redrive(executionId);
    await cloud.runToEnd(executionId);
    expect(lines(await events())).toEqual([
      ...failed,
      '8<7 ExecutionRedriven',
      '9<8 MapRunRedriven',
      '10<9 MapRunSucceeded',
      '11<10 MapStateSucceeded',
      '12<10 MapStateExited M',
      '13<12 ExecutionSucceeded',
    ]);
    const redriven = (await events()).find(({ type }) => type === 'MapRunRedriven');
    expect(redriven?.details).toEqual({
      mapRunArn: (await events()).find(({ type }) => type === 'MapRunStarted')?.details?.mapRunArn,
      redriveCount: 1,
    });
    const [ofItem] = await eventsOfItem(1);
    expect(lines(ofItem ?? [])).toEqual([
      ...failedTask,
      '7<6 ExecutionRedriven',
      '8<7 TaskStateEntered T',
      '9<8 LambdaFunctionScheduled',
      '10<9 LambdaFunctionStarted',
      '11<10 LambdaFunctionSucceeded',
      '12<11 TaskStateExited T',
      '13<12 ExecutionSucceeded',
    ]);
    expect(written).toMatchObject([{}, { writes: 1, succeeded: { length: 2 }, failed: [], pending: [] }]);
  });
});

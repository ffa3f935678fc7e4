import { describe, expect, test } from 'vitest';
import { apiEventOf, historyEventTypes, withoutExecutionData } from '../../../asl/index.ts';
import { historyOf, lines, named, task } from './histories.ts';

describe('The history of an execution has the events of Step Functions', () => {
  test('there are 62 types', () => {
    expect(new Set(historyEventTypes).size).toBe(62);
  });

  test('the first state follows nothing, and the others their predecessor', async () => {
    const events = await historyOf({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Result: { x: 1 }, Assign: { v: 7 }, Next: 'W' },
        W: { Type: 'Wait', Seconds: 5, Next: 'C' },
        C: { Type: 'Choice', Choices: [{ Variable: '$.x', NumericEquals: 1, Next: 'F' }], Default: 'S' },
        S: { Type: 'Succeed' },
        F: { Type: 'Fail', Error: 'Bad', Cause: 'It is bad.' },
      },
    });
    expect(lines(events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 PassStateEntered A',
      '3<2 PassStateExited A',
      '4<3 WaitStateEntered W',
      '5<4 WaitStateExited W',
      '6<5 ChoiceStateEntered C',
      '7<6 ChoiceStateExited C',
      '8<7 FailStateEntered F',
      '9<8 ExecutionFailed',
    ]);
    expect(events[2]?.details).toEqual({
      name: 'A',
      output: '{"x":1}',
      outputDetails: { truncated: false },
      assignedVariables: { v: '7' },
      assignedVariablesDetails: { truncated: false },
    });
    expect(events.at(-1)?.details).toEqual({ error: 'Bad', cause: 'It is bad.' });
    const [entered, exited] = [events[3], events[4]];
    expect((exited?.timestamp ?? 0) - (entered?.timestamp ?? 0)).toBeGreaterThanOrEqual(5000);
  });

  test('a retried task is scheduled again after its failure, and a caught one leaves its state', async () => {
    let calls = 0;
    const events = await historyOf(
      {
        StartAt: 'T',
        States: {
          T: task('f', {
            TimeoutSeconds: 30,
            Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'P' }],
          }),
          P: { Type: 'Pass', End: true },
        },
      },
      {
        T: () => {
          throw named('Busy', `${++calls}`);
        },
      },
    );
    expect(lines(events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 TaskStateEntered T',
      '3<2 LambdaFunctionScheduled',
      '4<3 LambdaFunctionStarted',
      '5<4 LambdaFunctionFailed',
      '6<5 LambdaFunctionScheduled',
      '7<6 LambdaFunctionStarted',
      '8<7 LambdaFunctionFailed',
      '9<8 TaskStateExited T',
      '10<9 PassStateEntered P',
      '11<10 PassStateExited P',
      '12<11 ExecutionSucceeded',
    ]);
    expect(events[2]?.details).toMatchObject({ input: '{}', timeoutInSeconds: 30 });
    expect(events[7]?.details).toEqual({ error: 'Busy', cause: '2' });
  });

  test('a service task has its resource, its region and its parameters', async () => {
    const events = await historyOf(
      {
        StartAt: 'T',
        States: {
          T: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
            HeartbeatSeconds: 60,
            Parameters: { MessageBody: 'hello' },
            End: true,
          },
        },
      },
      { T: () => 'done' },
    );
    expect(events.slice(2, 6)).toMatchObject([
      {
        type: 'TaskScheduled',
        details: {
          resourceType: 'sqs',
          resource: 'sendMessage.waitForTaskToken',
          region: 'eu-west-1',
          parameters: '{"MessageBody":"hello"}',
          heartbeatInSeconds: 60,
        },
      },
      { type: 'TaskStarted' },
      { type: 'TaskSubmitted' },
      { type: 'TaskSucceeded', previousEventId: 5, details: { output: '"done"' } },
    ]);
  });

  test('branches begin at the start of their Parallel state, which is left after the last event of a branch', async () => {
    const events = await historyOf({
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
            { StartAt: 'B', States: { B: { Type: 'Wait', Seconds: 3, End: true } } },
          ],
          End: true,
        },
      },
    });
    expect(lines(events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 ParallelStateEntered P',
      '3<2 ParallelStateStarted',
      '4<3 PassStateEntered A',
      '5<4 PassStateExited A',
      '6<3 WaitStateEntered B',
      '7<6 WaitStateExited B',
      '8<7 ParallelStateSucceeded',
      '9<7 ParallelStateExited P',
      '10<9 ExecutionSucceeded',
    ]);
  });

  test('a branch that fails aborts the tasks and waits of all', async () => {
    const events = await historyOf(
      {
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'A', States: { A: task('a') } },
              { StartAt: 'B', States: { B: { Type: 'Wait', Seconds: 30, End: true } } },
            ],
            End: true,
          },
        },
      },
      {
        'P/0/A': () => {
          throw named('Boom', 'bang');
        },
      },
    );
    expect(lines(events).slice(3)).toEqual([
      '4<3 TaskStateEntered A',
      '5<4 LambdaFunctionScheduled',
      '6<5 LambdaFunctionStarted',
      '7<3 WaitStateEntered B',
      '8<6 LambdaFunctionFailed',
      '9<8 TaskStateAborted',
      '10<8 WaitStateAborted',
      '11<8 ParallelStateFailed',
      '12<11 ExecutionFailed',
    ]);
  });

  test('iterations follow the start of their Map state, or the one whose place they take', async () => {
    const events = await historyOf(
      {
        StartAt: 'M',
        States: {
          M: {
            Type: 'Map',
            MaxConcurrency: 1,
            ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } },
            End: true,
          },
        },
      },
      {},
      ['a', 'b'],
    );
    expect(lines(events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 MapStateEntered M',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted M 0',
      '5<4 PassStateEntered I',
      '6<5 PassStateExited I',
      '7<6 MapIterationSucceeded M 0',
      '8<6 MapIterationStarted M 1',
      '9<8 PassStateEntered I',
      '10<9 PassStateExited I',
      '11<10 MapIterationSucceeded M 1',
      '12<11 MapStateSucceeded',
      '13<11 MapStateExited M',
      '14<13 ExecutionSucceeded',
    ]);
    expect(events[2]?.details).toEqual({ length: 2 });
  });
});

test('an event has the names of the API, and can be without data', async () => {
  const [first] = await historyOf({ StartAt: 'A', States: { A: { Type: 'Succeed' } } }, {}, { secret: 1 });
  if (first === undefined) throw new Error('There is an event.');
  expect(apiEventOf(first)).toEqual({
    timestamp: first.timestamp / 1000,
    type: 'ExecutionStarted',
    id: 1,
    previousEventId: 0,
    executionStartedEventDetails: {
      input: '{"secret":1}',
      inputDetails: { truncated: false },
      roleArn: 'role',
    },
  });
  expect(withoutExecutionData(first).details).toEqual({
    inputDetails: { truncated: false },
    roleArn: 'role',
  });
});

test('the iterations of a list that other executions work on are in the history, too', async () => {
  const length = 250;
  const events = await historyOf(
    {
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'I',
            States: { I: task('i', { Next: 'P' }), P: { Type: 'Pass', End: true } },
          },
          End: true,
        },
      },
    },
    { 'M/I': (item) => Number(item) + 1 },
    Array.from({ length }, (_, index) => index),
  );
  expect(events.map(({ id }) => id)).toEqual(events.map((_, place) => place + 1));
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect(count('MapIterationStarted')).toBe(length);
  expect(count('LambdaFunctionSucceeded')).toBe(length);
  expect(count('MapIterationSucceeded')).toBe(length);
  expect(
    lines(events)
      .slice(-3)
      .map((line) => line.split(' ')[1]),
  ).toEqual(['MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded']);
  const byId = new Map(events.map((event) => [event.id, event]));
  // Forty at a time: the first ones follow the start, and each of the others one that has ended.
  const startsOf = events.filter(({ type }) => type === 'MapIterationStarted');
  const followed = startsOf.map(({ previousEventId }) => byId.get(previousEventId)?.type);
  expect(followed.filter((type) => type === 'MapStateStarted')).toHaveLength(40);
  expect(new Set(followed.slice(40))).toEqual(new Set(['PassStateExited']));
});

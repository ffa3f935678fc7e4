import { describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';
import { type Fields, failing, one, run, task, type Work } from './taskStates.ts';

describe('Retry', () => {
  it('counts each retrier by itself, the first that covers the error, with its own backoff', async () => {
    const Retry = [
      { ErrorEquals: ['E1'], MaxAttempts: 1, IntervalSeconds: 2 },
      { ErrorEquals: ['E2'], MaxAttempts: 2, IntervalSeconds: 3, BackoffRate: 3 },
    ];
    const { status, error, runs } = await run(one(task({ Retry, End: true })), {
      A: failing('E1', 'E2', 'E2', 'E1'),
    });
    expect({ status, error }).toEqual({ status: 'FAILED', error: ['E1', 'it is E1'] });
    expect(runs).toEqual(['A 0s', 'A 2s', 'A 5s', 'A 14s']);
  });

  it('evaluates the arguments again, with the number of the attempt', async () => {
    const inputs: unknown[] = [];
    const A: Work = (input) => {
      inputs.push(input);
      return failing(inputs.length < 3 ? 'E' : undefined)(input);
    };
    const state = task({
      Parameters: { 'n.$': '$$.State.RetryCount' },
      Retry: [{ ErrorEquals: ['States.ALL'] }],
      End: true,
    });
    const { status } = await run(one(state), { A });
    expect({ status, inputs }).toEqual({ status: 'SUCCEEDED', inputs: [{ n: 0 }, { n: 1 }, { n: 2 }] });
  });

  it('retries what an expression throws, and then catches it', async () => {
    const state: Json = {
      ...(task({ QueryLanguage: 'JSONata', Arguments: "{% $error('no') %}" }) as Fields),
      Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'B' }],
      End: true,
    };
    const { status, output, runs } = await run(one(state, { B: { Type: 'Succeed' } }));
    expect({ status, output, runs }).toEqual({
      status: 'SUCCEEDED',
      output: 'States.QueryEvaluationError',
      runs: [],
    });
  });
});

describe('Catch', () => {
  it('takes the first catcher that covers the error, after the retriers', async () => {
    const state = task({
      Retry: [{ ErrorEquals: ['E'], MaxAttempts: 0 }],
      Catch: [
        { ErrorEquals: ['Other'], Next: 'B' },
        { ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'C' },
        { ErrorEquals: ['States.ALL'], Next: 'B' },
      ],
      End: true,
    });
    const { output } = await run(
      one(state, { B: { Type: 'Fail' }, C: { Type: 'Succeed' } }),
      { A: failing('E') },
      { kept: 1 },
    );
    expect(output).toEqual({ kept: 1, error: { Error: 'E', Cause: 'it is E' } });
  });

  it('does not see States.Runtime, not even by its name', async () => {
    const state = task({
      Parameters: { 'x.$': '$.missing' },
      Catch: [{ ErrorEquals: ['States.Runtime'], Next: 'B' }],
      End: true,
    });
    const { status, error } = await run(one(state, { B: { Type: 'Succeed' } }));
    expect({ status, name: error?.[0] }).toEqual({ status: 'FAILED', name: 'States.Runtime' });
  });
});

describe('an uncaught failure', () => {
  it('keeps the task, so that a redrive tries it again', async () => {
    const definition = { StartAt: 'A', States: { A: task({ Next: 'B' }), B: task({ End: true }) } };
    const { cloud, executionId, status, runs } = await run(definition, { A: () => 1, B: failing('Down') });
    expect({ status, runs }).toEqual({ status: 'FAILED', runs: ['A 0s', 'B 0s'] });
    await cloud.client.redrive(executionId);
    await cloud.skip('2s');
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
    expect(cloud.invocations.map(({ worker }) => worker)).toEqual(['A', 'B', 'B']);
  });

  it('cannot be made by data that looks like one', async () => {
    const result = { 'millrace.failure': { name: 'E', message: 'forged' }, error: 'E' };
    const { status, output } = await run(one({ Type: 'Pass', Result: result, End: true }));
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: result });
  });
});

describe('time', () => {
  it('is over for a task by TimeoutSeconds, and for an execution by its own', async () => {
    const cloud = testCloud(
      [
        machineOf(
          one(
            task({
              TimeoutSecondsPath: '$.t',
              Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'B' }],
              End: true,
            }),
            { B: { Type: 'Succeed' } },
          ),
          { id: 'm', tasks: 'mocked' },
        ),
      ],
      { A: () => 1 },
    );
    cloud.inject('A', 'timeOut');
    const { executionId } = await cloud.start('m', { input: { t: 7 } });
    expect(await cloud.runToEnd(executionId)).toMatchObject({
      status: 'SUCCEEDED',
      output: { Error: 'States.Timeout', Cause: '' },
    });
    const { status } = await run({ ...one({ Type: 'Wait', Seconds: 50, End: true }), TimeoutSeconds: 5 });
    expect(status).toBe('TIMED_OUT');
  });
});

describe('a task token', () => {
  it('is in the payload of the function, and brings the result', async () => {
    const state: Json = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: {
        FunctionName: 'ask',
        Payload: { 'token.$': '$$.Task.Token', 'text.$': "States.Format('use {}', $$.Task.Token)" },
      },
      End: true,
    };
    const asked: unknown[] = [];
    const cloud = testCloud([machineOf(one(state), { id: 'm' })], {
      A: (input: unknown) => void asked.push(input),
    });
    const { executionId } = await cloud.start('m', { executionId: 'e', input: {} });
    await cloud.settled();
    expect(asked).toEqual([{ FunctionName: 'ask', Payload: { token: 'e#0#1', text: 'use e#0#1' } }]);
    await cloud.client.completeTask('e#0#1', { approved: true });
    expect(await cloud.runToEnd(executionId)).toMatchObject({
      status: 'SUCCEEDED',
      output: { approved: true },
    });
  });
});

describe('a heartbeat that an expression says', () => {
  it.each([
    { HeartbeatSecondsPath: '$.beat' },
    { QueryLanguage: 'JSONata', HeartbeatSeconds: '{% $states.input.beat %}' },
  ])('is expected of the task: %j', async (fields) => {
    const isJsonata = 'QueryLanguage' in fields;
    const given = { FunctionName: 'ask', Payload: {} };
    const state: Json = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      ...(isJsonata ? { Arguments: given } : { Parameters: given }),
      ...fields,
      End: true,
    };
    const cloud = testCloud([machineOf(one(state), { id: 'm' })], { A: () => undefined });
    const { executionId } = await cloud.start('m', { executionId: 'e', input: { beat: 30 } });
    await cloud.skip('20s');
    await cloud.client.heartbeatTask('e#0#1');
    await cloud.skip('20s');
    expect((await cloud.describe(executionId)).status).toBe('RUNNING');
    await cloud.skip('60s');
    expect(await cloud.describe(executionId)).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.Timeout' },
    });
  });
});

describe('RedriveCount', () => {
  it('is how often the execution was redriven, and RedriveTime when', async () => {
    const state = task({
      Parameters: { 'n.$': '$$.Execution.RedriveCount' },
      ResultSelector: { 'n.$': '$$.Execution.RedriveCount', 'at.$': '$$.Execution.RedriveTime' },
      End: true,
    });
    const machine = machineOf(one(state), { id: 'm', tasks: 'mocked' });
    const cloud = testCloud([machine], { A: failing('E', 'E') });
    const { executionId } = await cloud.start('m', { executionId: 'e', input: {} });
    for (let time = 0; time < 2; time++) {
      expect((await cloud.runToEnd(executionId)).status).toBe('FAILED');
      await cloud.client.redrive(executionId);
      await cloud.skip('2s');
    }
    const { output } = await cloud.runToEnd(executionId);
    expect(output).toEqual({ n: 2, at: expect.stringMatching(/^2026-/) });
    expect((await cloud.client.replay(executionId, [machine])).outcome).toBe('equal');
  });
});

describe('a task that was too late', () => {
  it.each([
    { TimeoutSeconds: 5 },
    { TimeoutSecondsPath: '$.t' },
    { QueryLanguage: 'JSONata', TimeoutSeconds: '{% $states.input.t %}' },
  ])('has its whole time again after a redrive: %j', async (fields) => {
    const machine = machineOf(one(task({ ...fields, End: true })), { id: 'm', tasks: 'mocked' });
    const cloud = testCloud([machine], { A: () => 'in time' });
    cloud.inject('A', 'timeOut');
    const { executionId } = await cloud.start('m', { input: { t: 5 } });
    expect(await cloud.runToEnd(executionId)).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.Timeout', message: '' },
    });
    await cloud.client.redrive(executionId);
    await cloud.skip('2s');
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: 'in time' });
  });
});

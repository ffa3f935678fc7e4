import { describe, expect, it } from 'vitest';
import { checkDefinition, machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { type TestCloudOptions, testCloud } from '../../testing/index.ts';

type Fields = { readonly [key: string]: Json };

const resource = (form: string) => `arn:aws:states:::states:startExecution${form}`;
const arn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
const executionArn = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:inner:${name}`;

const pass: Fields = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const failing: Fields = { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'Broken', Cause: 'in two' } } };
const waiting: Fields = {
  StartAt: 'A',
  States: { A: { Type: 'Wait', Seconds: 600, Next: 'B' }, B: { Type: 'Pass', Result: 'waited', End: true } },
};

function starting(form: string, more: Fields = {}, parameters: Fields = {}): Fields {
  const Parameters = { StateMachineArn: arn('inner'), Name: 'one', 'Input.$': '$', ...parameters };
  const A = { Type: 'Task', Resource: resource(form), Parameters, End: true, ...more };
  return { StartAt: 'A', States: { A, B: { Type: 'Pass', End: true } } };
}

function cloudOf(outer: Fields, inner: Fields, options: TestCloudOptions = {}) {
  const machines = [machineOf(outer, { id: 'outer' }), machineOf(inner, { id: 'inner' })];
  return { cloud: testCloud(machines, {}, options), machines };
}

async function run(outer: Fields, inner: Fields, input: Json = { n: 1 }, options: TestCloudOptions = {}) {
  const { cloud, machines } = cloudOf(outer, inner, options);
  const { executionId } = await cloud.start('outer', { executionId: 'e', input });
  const ended = await cloud.runToEnd(executionId);
  for (const id of [executionId, 'one']) {
    const execution = await cloud.describe(id).catch(() => undefined);
    if (execution) expect((await cloud.client.replay(id, machines)).outcome).toBe('equal');
  }
  return { cloud, ...ended };
}

describe('states:startExecution', () => {
  it('goes on once the execution is started', async () => {
    const { cloud, status, output } = await run(starting(''), waiting);
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { ExecutionArn: executionArn('one'), StartDate: expect.any(Number) },
    });
    expect(await cloud.runToEnd('one')).toMatchObject({ status: 'SUCCEEDED', output: 'waited' });
  });

  it('starts the version that the ARN names', async () => {
    const outer = starting('.sync:2', {}, { StateMachineArn: `${arn('inner')}:2` });
    const other = (version: string, Result: string) =>
      machineOf(
        { StartAt: 'A', States: { A: { Type: 'Pass', Result, End: true } } },
        { id: 'inner', version },
      );
    const machines = [machineOf(outer, { id: 'outer' }), other('2', 'two'), other('3', 'three')];
    const cloud = testCloud(machines);
    await cloud.start('outer', { executionId: 'e', input: {} });
    expect(await cloud.runToEnd('e')).toMatchObject({ status: 'SUCCEEDED', output: { Output: 'two' } });
    expect(await cloud.describe('one')).toMatchObject({ machineVersion: '2' });
  });

  it('refuses an alias, which a catcher sees', async () => {
    const Catch = [{ ErrorEquals: ['Millrace.UnsupportedResource'], Next: 'B' }];
    const outer = starting('.sync', { Catch }, { StateMachineArn: `${arn('inner')}:PROD` });
    const { status, output } = await run(outer, pass);
    expect({ status, output }).toMatchObject({
      status: 'SUCCEEDED',
      output: { Error: 'Millrace.UnsupportedResource', Cause: expect.stringContaining("the alias 'PROD'") },
    });
    const { problems } = checkDefinition(JSON.stringify(outer), 'json');
    expect(problems).toMatchObject([{ code: 'DIFFERS', message: expect.stringContaining(':PROD') }]);
  });

  it.each(['{"n":1}', { n: 1 }])('takes the input %j as an object or a text', async (Input) => {
    const outer = starting('.sync:2', {}, { 'Input.$': '$.given' });
    const { output } = await run(outer, pass, { given: Input });
    expect(output).toMatchObject({ Input: { n: 1 }, Output: { n: 1 } });
  });

  it('names the execution itself where the definition does not', async () => {
    const definition = {
      ...starting('.sync:2'),
      States: {
        A: {
          Type: 'Task',
          Resource: resource('.sync:2'),
          Parameters: { StateMachineArn: 'inner' },
          Next: 'B',
        },
        B: {
          Type: 'Task',
          Resource: resource('.sync:2'),
          Parameters: { StateMachineArn: 'inner' },
          ResultPath: '$.b',
          End: true,
        },
      },
    };
    const { output } = await run(definition, pass, {});
    expect(output).toMatchObject({ Input: {}, Name: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const { Name, b } = output as { Name: string; b: { Name: string } };
    expect(Name).not.toBe(b.Name);
  });

  it('waits with .sync for the end, whose data are texts', async () => {
    const { status, output } = await run(starting('.sync'), pass);
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: {
        ExecutionArn: executionArn('one'),
        Input: '{"n":1}',
        InputDetails: { Included: true },
        Name: 'one',
        Output: '{"n":1}',
        OutputDetails: { Included: true },
        StartDate: expect.any(Number),
        StateMachineArn: arn('inner'),
        Status: 'SUCCEEDED',
        StopDate: expect.any(Number),
      },
    });
  });

  it.each(['.sync', '.sync:2'])(
    'fails with States.TaskFailed where the execution that %s waits for fails',
    async (form) => {
      const { status, error } = await run(starting(form), failing);
      expect({ status, name: error?.name }).toEqual({ status: 'FAILED', name: 'States.TaskFailed' });
      expect(JSON.parse(error?.message ?? '')).toEqual({
        Cause: 'in two',
        Error: 'Broken',
        ExecutionArn: executionArn('one'),
        Input: '{"n":1}',
        InputDetails: { Included: true },
        Name: 'one',
        StartDate: expect.any(Number),
        StateMachineArn: arn('inner'),
        Status: 'FAILED',
        StopDate: expect.any(Number),
      });
    },
  );

  it('takes a result by the token, also before the execution has ended', async () => {
    for (const form of ['.waitForTaskToken', '.sync']) {
      const { cloud } = cloudOf(starting(form, {}, { Input: { 'token.$': '$$.Task.Token' } }), waiting);
      await cloud.start('outer', { executionId: 'e', input: {} });
      await cloud.settled();
      expect((await cloud.client.describe('one')).status).toBe('RUNNING');
      await cloud.client.completeTask('e#0#1', { approved: true });
      expect(await cloud.runToEnd('e')).toMatchObject({ status: 'SUCCEEDED', output: { approved: true } });
      // As on Step Functions, it goes on.
      expect(await cloud.runToEnd('one')).toMatchObject({ status: 'SUCCEEDED' });
    }
  });

  it.each(['', '.sync:2', '.waitForTaskToken'])(
    'refuses with %j a name that another execution has',
    async (form) => {
      const Catch = [{ ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], Next: 'B' }];
      const { cloud } = cloudOf(starting(form, { Catch }), waiting);
      await cloud.start('inner', { executionId: 'one', input: 'mine' });
      await cloud.start('outer', { executionId: 'e', input: {} });
      expect(await cloud.runToEnd('e')).toMatchObject({
        status: 'SUCCEEDED',
        output: { Error: 'StepFunctions.ExecutionAlreadyExistsException' },
      });
      expect(await cloud.runToEnd('one')).toMatchObject({ status: 'SUCCEEDED', output: 'waited' });
    },
  );

  it('takes the same start of an execution that runs for one start', async () => {
    const { cloud } = cloudOf(starting('', {}, { Input: { same: true } }), waiting);
    await cloud.start('inner', { executionId: 'one', input: { same: true } });
    await cloud.start('outer', { executionId: 'e', input: {} });
    expect(await cloud.runToEnd('e')).toMatchObject({ output: { ExecutionArn: executionArn('one') } });
  });

  it('stops the execution when the state runs out of time', async () => {
    const { cloud } = cloudOf(starting('.sync', { TimeoutSeconds: 5 }), waiting);
    await cloud.start('outer', { executionId: 'e', input: {} });
    expect(await cloud.runToEnd('e')).toMatchObject({ status: 'FAILED', error: { name: 'States.Timeout' } });
    await cloud.settled();
    expect(await cloud.describe('one')).toMatchObject({ status: 'ABORTED' });
  });

  it('stops the execution with the one that waits, and starts it again after a redrive', async () => {
    const parameters = { StateMachineArn: arn('inner') };
    const unnamed = {
      StartAt: 'A',
      States: {
        A: {
          Type: 'Task',
          Resource: resource('.sync:2'),
          Parameters: parameters,
          ResultSelector: { 'o.$': '$.Output', 'n.$': '$$.Execution.RedriveCount' },
          End: true,
        },
      },
    };
    const { cloud, machines } = cloudOf(unnamed, waiting);
    await cloud.start('outer', { executionId: 'e', input: {} });
    await cloud.settled();
    const running = async () => {
      const { items } = await cloud.client.list({ machine: 'inner', status: 'RUNNING' });
      return items.map(({ executionId }) => executionId);
    };
    const [first = ''] = await running();
    await cloud.client.stop('e');
    await cloud.settled();
    expect(await cloud.describe(first)).toMatchObject({ status: 'ABORTED' });
    await cloud.client.redrive('e');
    await cloud.skip('2s');
    expect(await running()).toEqual([`${first}-2`]);
    expect(await cloud.runToEnd('e')).toMatchObject({ status: 'SUCCEEDED', output: { o: 'waited', n: 1 } });
    expect((await cloud.client.replay('e', machines)).outcome).toBe('equal');
  });

  it('starts one execution, whatever is delivered twice or in another order', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const deliveries = seed % 2 === 0 ? 'duplicated' : 'reordered';
      const { status, output } = await run(starting('.sync:2'), waiting, { n: 1 }, { deliveries, seed });
      expect({ status, output }).toMatchObject({ status: 'SUCCEEDED', output: { Output: 'waited' } });
    }
  });
});

import {
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  RedriveExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TestStateCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millraceRequestHandler } from '../../stepfunctions/index.ts';
import { eventually } from '../support/eventually.ts';
import { ApiCloud, prefix } from './apiCloud.ts';

const passing = (Result: number | string) => ({
  StartAt: 'A',
  States: { A: { Type: 'Pass', Result, End: true } },
});
const waiting = (seconds: number, Result: string) => ({
  StartAt: 'W',
  States: { W: { Type: 'Wait', Seconds: seconds, Next: 'A' }, A: { Type: 'Pass', Result, End: true } },
});
const charge = 'arn:aws:lambda:us-east-1:000000000000:function:charge';
const invoking = (Resource: string, more = {}) => ({
  StartAt: 'Charge',
  States: { Charge: { Type: 'Task', Resource, End: true, ...more } },
});

describe('the API of Step Functions in the local cloud, called by the AWS SDK', () => {
  let api: ApiCloud;
  beforeAll(async () => {
    api = await ApiCloud.start({ timeScale: 10 });
  }, 60_000);
  afterAll(() => api?.stop());

  it('creates a state machine, runs it, and describes the execution', async () => {
    const stateMachineArn = await api.create('orders', passing('done'));
    expect(stateMachineArn).toBe(`${prefix}:stateMachine:orders`);
    const executionArn = await api.begin(stateMachineArn, { id: 17 }, 'first.order');
    expect(executionArn).toBe(`${prefix}:execution:orders:first.order`);
    expect(await api.ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      name: 'first.order',
      stateMachineArn,
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      input: '{"id":17}',
      inputDetails: { included: true },
      output: '"done"',
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    const { events } = await api.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.map(({ type, previousEventId }) => [type, previousEventId])).toEqual([
      ['ExecutionStarted', 0],
      ['PassStateEntered', 0],
      ['PassStateExited', 2],
      ['ExecutionSucceeded', 3],
    ]);
  });

  it('has the names of Step Functions in the context object', async () => {
    const names = {
      'id.$': '$$.Execution.Id',
      'name.$': '$$.Execution.Name',
      'machine.$': '$$.StateMachine.Id',
    };
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Parameters: names, End: true } } };
    const executionArn = await api.begin(await api.create('context', definition), {}, 'a.b');
    const { output = '' } = await api.ended(executionArn);
    const machine = `${prefix}:stateMachine:context`;
    expect(JSON.parse(output)).toEqual({ id: executionArn, name: 'a.b', machine });
  });

  it('lets an execution go on with the definition that it began with', async () => {
    const before = waiting(20, 'before');
    const stateMachineArn = await api.create('changing', before);
    const executionArn = await api.begin(stateMachineArn);
    const definitionOf = async () =>
      (await api.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }))).definition;
    expect(await definitionOf()).toBe(JSON.stringify(before));
    const definition = JSON.stringify(passing('after'));
    await api.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
    const second = await api.begin(stateMachineArn);
    expect(await api.ended(second)).toMatchObject({ output: '"after"' });
    expect(await api.ended(executionArn)).toMatchObject({ output: '"before"' });
    expect(await definitionOf()).toBe(JSON.stringify(before));
  });

  it('invokes functions, retries and catches, and has error and cause of a failure', async () => {
    const retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const stateMachineArn = await api.create('charging', invoking(charge, { Retry: retry }));
    const [good, bad] = [
      await api.begin(stateMachineArn, { a: 1 }),
      await api.begin(stateMachineArn, { fails: true }),
    ];
    expect(await api.ended(good)).toMatchObject({ status: 'SUCCEEDED', output: '{"charged":{"a":1}}' });
    const failed = await api.ended(bad);
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Refused', redriveStatus: 'REDRIVABLE' });
    expect(failed.cause).toContain('no money');
    const types = [];
    const history = { client: api.sfn, pageSize: 3 };
    for await (const page of paginateGetExecutionHistory(history, {
      executionArn: bad,
      reverseOrder: true,
    })) {
      types.push(...(page.events ?? []).map(({ type }) => type));
    }
    const attempt = ['LambdaFunctionFailed', 'LambdaFunctionStarted', 'LambdaFunctionScheduled'];
    expect(types).toEqual([
      'ExecutionFailed',
      ...attempt,
      ...attempt,
      'TaskStateEntered',
      'ExecutionStarted',
    ]);
  });

  it('runs a Map state, whose items have machines of their own', async () => {
    const processor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', Seconds: 1, Next: 'Charge' },
        Charge: { Type: 'Task', Resource: charge, End: true },
      },
    };
    const definition = {
      StartAt: 'Map',
      States: { Map: { Type: 'Map', ItemProcessor: processor, End: true } },
    };
    const items = Array.from({ length: 30 }, (_, n) => ({ n }));
    const executionArn = await api.begin(await api.create('mapping', definition), items);
    const ended = await api.ended(executionArn);
    const { status, error, cause } = ended;
    expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
    expect(JSON.parse(ended.output ?? '')).toEqual(items.map((charged) => ({ charged })));
    const { mapRuns } = await api.sfn.send(new ListMapRunsCommand({ executionArn }));
    const mapRunArn = expect.stringContaining(`${prefix}:mapRun:mapping/Map:`);
    expect(mapRuns).toEqual([
      {
        executionArn,
        mapRunArn,
        stateMachineArn: `${prefix}:stateMachine:mapping`,
        startDate: expect.any(Date),
        stopDate: expect.any(Date),
      },
    ]);
  });

  it('starts Express workflows and answers their output', async () => {
    const express = { type: 'EXPRESS' } as const;
    const stateMachineArn = await api.create('quick', invoking(charge), express);
    const sync = (input: object) =>
      api.sfn.send(
        new StartSyncExecutionCommand({ stateMachineArn, name: 'a', input: JSON.stringify(input) }),
      );
    const done = await sync({ a: 1 });
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"charged":{"a":1}}',
      name: 'a',
      stateMachineArn,
      billingDetails: { billedMemoryUsedInMB: 64 },
    });
    expect(done.executionArn).toMatch(
      /^arn:aws:states:us-east-1:000000000000:express:quick:a:[0-9a-f-]{36}$/,
    );
    expect(await sync({ fails: true })).toMatchObject({ status: 'FAILED', error: 'Refused' });
    const started = await api.begin(stateMachineArn, {}, 'a');
    expect(started).toContain(':express:quick:a:');
  });

  it('stops an execution with an error and a cause, and redrives it', async () => {
    const executionArn = await api.begin(await api.create('stopped', waiting(100_000, 'late')));
    await api.sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'of it' }));
    const stopped = await api.ended(executionArn);
    expect(stopped).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of it' });
    const redrive = new RedriveExecutionCommand({ executionArn, clientToken: 'a;b~c' });
    await api.sfn.send(redrive);
    const isRedriven = ({ redriveCount = 0 }) => redriveCount > 0;
    await eventually(() => api.describe(executionArn), isRedriven, { what: 'the redriven execution' });
    await api.sfn.send(redrive);
    await api.sfn.send(new StopExecutionCommand({ executionArn }));
    const again = await api.ended(executionArn);
    expect(again).toMatchObject({ status: 'ABORTED', redriveCount: 1 });
    expect(again).not.toHaveProperty('error');
  });

  it('takes the result of a task by its token once', async () => {
    const parameters = { FunctionName: charge, Payload: { 'token.$': '$$.Task.Token' } };
    const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const definition = invoking(resource, { Parameters: parameters });
    const executionArn = await api.begin(await api.create('token', definition), {}, 'a');
    const { tasks } = await eventually(
      () => api.millrace.describe('token:a'),
      (found) => found.tasks.length > 0,
      { what: 'the execution with a token' },
    );
    const taskToken = tasks[0]?.token ?? '';
    const answer = new SendTaskSuccessCommand({ taskToken, output: '{"by":"token"}' });
    await api.sfn.send(answer);
    await expect(api.sfn.send(answer)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    expect(await api.ended(executionArn)).toMatchObject({ output: '{"by":"token"}' });
    await expect(api.sfn.send(answer)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it('lists executions, the latest start first, page by page', async () => {
    const stateMachineArn = await api.create('listed', waiting(100_000, 'late'));
    const begun: string[] = [];
    for (let n = 0; n < 5; n++) {
      const arn = await api.begin(stateMachineArn, {}, `n${n}`);
      begun.unshift(arn);
      await eventually(
        () => api.sfn.send(new ListExecutionsCommand({ stateMachineArn })),
        ({ executions = [] }) => executions.some(({ executionArn }) => executionArn === arn),
        { what: `the list without ${arn}` },
      );
    }
    await api.sfn.send(new StopExecutionCommand({ executionArn: begun[2] ?? '' }));
    await api.ended(begun[2] ?? '');
    const listed: (string | undefined)[] = [];
    for await (const page of paginateListExecutions({ client: api.sfn, pageSize: 2 }, { stateMachineArn })) {
      listed.push(...(page.executions ?? []).map(({ executionArn }) => executionArn));
    }
    expect(listed).toEqual(begun);
    const aborted = { stateMachineArn, statusFilter: 'ABORTED' } as const;
    const { executions } = await api.sfn.send(new ListExecutionsCommand(aborted));
    expect(executions).toMatchObject([{ name: 'n2', status: 'ABORTED', stopDate: expect.any(Date) }]);
  });

  it('lists, describes and starts what is deployed, and finds executions that others have started', async () => {
    const { stateMachines } = await api.sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines?.[0]).toMatchObject({ name: 'deployed', type: 'STANDARD' });
    const stateMachineArn = `${prefix}:stateMachine:deployed`;
    const { definition = '' } = await api.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(JSON.parse(definition)).toMatchObject({ StartAt: 'A' });
    expect(await api.ended(await api.begin(stateMachineArn, 'in'))).toMatchObject({ output: '"in"' });
    await api.millrace.start('deployed', { executionId: 'by-client', input: 'x' });
    expect(await api.ended(`${prefix}:execution:deployed:by-client`)).toMatchObject({
      name: 'by-client',
      output: '"x"',
    });
  });

  it('runs a state machine that a client of Millrace starts by its name, on its definition of now', async () => {
    await api.create('native', passing('native'));
    await api.millrace.start('native', { executionId: 'started-by-name' });
    expect(await api.millrace.wait('started-by-name', { pollMs: 10 })).toMatchObject({ output: 'native' });
  });

  it('tests a state', async () => {
    const definition = JSON.stringify({ Type: 'Pass', Result: { a: 1 }, Next: 'B' });
    const answer = await api.sfn.send(
      new TestStateCommand({ definition, input: '{}', inspectionLevel: 'DEBUG' }),
    );
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1}',
      nextState: 'B',
      inspectionData: { input: '{}', result: '{"a":1}' },
    });
  });

  it('answers an error that the SDK knows, for a body that is not JSON as well', async () => {
    const endpoint = api.cloud.environment.AWS_ENDPOINT_URL_SFN ?? '';
    const headers = { 'x-amz-target': 'AWSStepFunctions.ListStateMachines' };
    const broken = await fetch(endpoint, { method: 'POST', headers, body: '{' });
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { __type: 'SerializationException', message: 'The body of the request is not JSON.' },
    ]);
    const unknown = await fetch(endpoint, { method: 'POST' });
    expect([unknown.status, await unknown.json()]).toEqual([400, { __type: 'UnknownOperationException' }]);
    await expect(api.describe(`${prefix}:execution:orders:none`)).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
      message: `Execution Does Not Exist: '${prefix}:execution:orders:none'`,
    });
  });

  it('serves a client of the same process without HTTP', async () => {
    const { dynamodb, tableName: table, now } = api.cloud;
    const sfn = new SFNClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      requestHandler: millraceRequestHandler({ table, dynamodb, now }),
    });
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({ maxResults: 1000 }));
    expect(stateMachines.map(({ name }) => name)).toContain('orders');
    const stateMachineArn = `${prefix}:stateMachine:quick`;
    const { output } = await sfn.send(new StartSyncExecutionCommand({ stateMachineArn, input: '{"b":2}' }));
    expect(output).toBe('{"charged":{"b":2}}');
    const none = new DescribeStateMachineCommand({ stateMachineArn: `${prefix}:stateMachine:none` });
    await expect(sfn.send(none)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

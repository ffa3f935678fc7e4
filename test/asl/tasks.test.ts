import { describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';

type Fields = { readonly [key: string]: Json };
type Work = (input: unknown) => Json;

const task = (more: Fields = {}): Json => ({
  Type: 'Task',
  Resource: 'arn:aws:lambda:us-east-1:1:function:f',
  ...more,
});
const one = (state: Json, more: Fields = {}): Fields => ({ StartAt: 'A', States: { A: state, ...more } });
const failing = (...names: readonly (string | undefined)[]): Work => {
  const left = [...names];
  return () => {
    const name = left.shift();
    if (name !== undefined) throw Object.assign(new Error(`it is ${name}`), { name });
    return 'done';
  };
};

async function run(definition: Fields, work: Readonly<Record<string, Work>> = {}, input: Json = {}) {
  const machine = machineOf(definition, { id: 'm', tasks: 'mocked' });
  const cloud = testCloud([machine], work);
  const startedAt = cloud.now.getTime();
  const { executionId } = await cloud.start('m', { executionId: 'e', input });
  const { status, output, error } = await cloud.runToEnd(executionId);
  const runs = cloud.invocations.map(
    ({ worker, at }) => `${worker} ${Math.floor((Date.parse(at) - startedAt) / 1000)}s`,
  );
  const { outcome } = await cloud.client.replay(executionId, [machine]);
  expect(outcome).toBe('equal');
  return { cloud, executionId, status, output, error: error && [error.name, error.message], runs };
}

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

describe('Parallel', () => {
  const branches = (Catch: Json): Fields =>
    one(
      {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'T', States: { T: task({ End: true }) } },
          { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1000, Next: 'U' }, U: task({ End: true }) } },
        ],
        Catch,
        End: true,
      },
      { H: { Type: 'Pass', End: true } },
    );

  it('stops its other branches when one fails', async () => {
    const Catch = [{ ErrorEquals: ['Bad'], ResultPath: '$.error', Next: 'H' }];
    const { cloud, output } = await run(branches(Catch), { 'A/0/T': failing('Bad') }, { x: 1 });
    expect(output).toEqual({ x: 1, error: { Error: 'Bad', Cause: 'it is Bad' } });
    await cloud.skip('2h');
    expect(cloud.invocations.map(({ worker }) => worker)).toEqual(['A/0/T']);
  });

  it('is tried again as a whole', async () => {
    const state: Json = {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'T', States: { T: task({ End: true }) } },
        { StartAt: 'U', States: { U: task({ End: true }) } },
      ],
      Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 5 }],
      End: true,
    };
    const { output, runs } = await run(one(state), { 'A/0/T': failing('Bad'), 'A/1/U': () => 2 });
    expect(output).toEqual(['done', 2]);
    expect(runs).toEqual(['A/0/T 0s', 'A/1/U 0s', 'A/0/T 5s', 'A/1/U 5s']);
  });
});

describe('Map', () => {
  const map = (more: Fields, inner: Fields = {}): Fields =>
    one(
      {
        Type: 'Map',
        ItemsPath: '$.list',
        ItemProcessor: {
          StartAt: 'T',
          States: { T: task({ End: true, ...inner }), H: { Type: 'Pass', End: true, Result: 'caught' } },
        },
        End: true,
        ...more,
      },
      { B: { Type: 'Pass', End: true } },
    );
  const list = [1, 2, 3, 4, 5];
  const odd: Work = (input) => {
    if (Number(input) % 2 === 0) throw Object.assign(new Error('even'), { name: 'Even' });
    return Number(input) * 10;
  };

  it('has tasks in its items, with catchers, and results in order', async () => {
    const Catch = [{ ErrorEquals: ['Even'], Next: 'H' }];
    const { output } = await run(map({ MaxConcurrency: 2 }, { Catch }), { 'A/T': odd }, { list });
    expect(output).toEqual([10, 'caught', 30, 'caught', 50]);
  });

  it('fails when an item fails, and its catcher sees the error', async () => {
    const Catch = [{ ErrorEquals: ['Even'], Next: 'B' }];
    const { output } = await run(map({ Catch }), { 'A/T': odd }, { list });
    expect(output).toEqual({ Error: 'Even', Cause: 'even' });
  });

  it('nested, has hundreds of tasks in flight, and results in order', async () => {
    const nested = map({}, {});
    const definition = one({
      Type: 'Map',
      MaxConcurrency: 12,
      ItemProcessor: nested,
      End: true,
    });
    const lists = Array.from({ length: 12 }, (_, a) => ({
      list: Array.from({ length: 20 }, (__, b) => 100 * a + b),
    }));
    const T: Work = (input) => Number(input) + 1;
    const { output, runs } = await run(definition, { 'A/A/T': T }, lists);
    expect(output).toEqual(lists.map(({ list: inner }) => inner.map((value) => value + 1)));
    expect(runs).toHaveLength(240);
  });

  it.each(['#', 'a # b', 'x'.repeat(80), 'A::B', '\u{1F4E6}'])(
    'may be named %j, and nested',
    async (name) => {
      const within = (inner: Json): Fields => ({
        StartAt: name,
        States: { [name]: { Type: 'Map', ItemProcessor: inner, End: true } },
      });
      const definition = within(within(within({ StartAt: 'T', States: { T: task({ End: true }) } })));
      const worker = `${[name, name, name].join('/')}/T`;
      const { output } = await run(definition, { [worker]: (input) => Number(input) + 1 }, [
        [[1], [2]],
        [[3]],
      ]);
      expect(output).toEqual([[[2], [3]], [[4]]]);
    },
  );

  it('has the failed task of an item tried again by a redrive', async () => {
    let isBroken = true;
    const T: Work = (input) => {
      if (isBroken && input === 3) throw Object.assign(new Error('down'), { name: 'Down' });
      return Number(input) * 10;
    };
    const { cloud, executionId, error, runs } = await run(map({}), { 'A/T': T }, { list });
    expect(error).toEqual(['Down', 'down']);
    isBroken = false;
    await cloud.client.redrive(executionId);
    await cloud.skip('1s');
    expect((await cloud.runToEnd(executionId)).output).toEqual([10, 20, 30, 40, 50]);
    expect(cloud.invocations).toHaveLength(runs.length + 1);
  });

  it('distributed, takes as many failures as it may', async () => {
    const distributed = (ToleratedFailureCount: number) => {
      const definition = JSON.parse(JSON.stringify(map({ ToleratedFailureCount })));
      definition.States.A.ItemProcessor.ProcessorConfig = { Mode: 'DISTRIBUTED' };
      return definition;
    };
    expect((await run(distributed(2), { 'A/T': odd }, { list })).status).toBe('SUCCEEDED');
    expect((await run(distributed(1), { 'A/T': odd }, { list })).error?.[0]).toBe(
      'States.ExceedToleratedFailureThreshold',
    );
  });

  it('in batches, gives each batch as an item', async () => {
    const inputs: unknown[] = [];
    const T: Work = (input) => {
      inputs.push(input);
      return 1;
    };
    const { output } = await run(
      map({ ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { k: 'v' } } }),
      { 'A/T': T },
      { list },
    );
    expect(output).toEqual([1, 1, 1]);
    expect(inputs).toEqual([
      { BatchInput: { k: 'v' }, Items: [1, 2] },
      { BatchInput: { k: 'v' }, Items: [3, 4] },
      { BatchInput: { k: 'v' }, Items: [5] },
    ]);
  });
});

describe('variables', () => {
  it('are seen within branches and items, and set there for these alone', async () => {
    const pass = (more: Fields): Json => ({ Type: 'Pass', ...more });
    const { output } = await run(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'S',
        States: {
          S: pass({ Assign: { x: 1 }, Next: 'P' }),
          P: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'A',
                States: {
                  A: pass({ Assign: { y: '{% $x + 1 %}' }, Next: 'B' }),
                  B: pass({ Output: '{% $y %}', End: true }),
                },
              },
            ],
            Assign: { z: '{% $states.result %}' },
            Next: 'E',
          },
          E: pass({ Output: { x: '{% $x %}', z: '{% $z %}', y: '{% $exists($y) %}' }, End: true }),
        },
      },
      {},
    );
    expect(output).toEqual({ x: 1, z: [2], y: false });
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

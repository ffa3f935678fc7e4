import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, setup, toPromise } from 'xstate';
import { prepareMachine, promiseLogicOf } from '../../orchestrator/core/machine/index.ts';
import { testCloud } from '../../testing/index.ts';
import { errorIs, lambda, withPolicy, worker } from '../../workers/index.ts';

describe('withPolicy', () => {
  it('changes what it names, for the place that uses it', () => {
    const charge = worker<number, string>({ worker: 'charge', timeout: '30s', retry: { maxAttempts: 3 } });
    const actors = { charge, patiently: withPolicy(charge, { timeout: '10m' }) };
    const machine = setup({ actors }).createMachine({ id: 'm', initial: 'a', states: { a: {} } });
    const { sources } = prepareMachine(machine);
    expect(sources.get('charge')).toMatchObject({ worker: 'charge', policy: { timeoutMs: 30_000 } });
    expect(sources.get('patiently')).toMatchObject({
      worker: 'charge',
      policy: { timeoutMs: 600_000, retry: [{ maxAttempts: 3 }] },
    });
  });

  it('gives a fromPromise a policy, and leaves it a promise that the worker host runs', () => {
    const ask = fromPromise<number, string>(async () => 1);
    const twice = withPolicy(withPolicy(ask, { retry: { maxAttempts: 5 } }), { timeout: '20s' });
    const machine = setup({ actors: { ask, twice } }).createMachine({ id: 'm' });
    const prepared = prepareMachine(machine);
    expect(prepared.sources.get('twice')).toMatchObject({
      kind: 'promise',
      policy: { timeoutMs: 20_000, retry: [{ maxAttempts: 5 }] },
    });
    expect(prepared.sources.get('ask')).toMatchObject({ kind: 'promise', policy: { retry: [] } });
    expect(promiseLogicOf(prepared, 'twice')).toBeDefined();
  });

  it('runs such a promise in plain XState as before', async () => {
    const ask = withPolicy(
      fromPromise<number, number>(async ({ input }) => input + 1),
      { retry: {} },
    );
    expect(await toPromise(createActor(ask, { input: 1 }).start())).toBe(2);
  });

  it('tries such a promise again', async () => {
    let attempts = 0;
    const flaky = fromPromise(async () => {
      if (++attempts < 3) throw new RangeError('not yet');
      return attempts;
    });
    const machine = setup({
      actors: { flaky: withPolicy(flaky, { retry: { maxAttempts: 3, interval: '1s' } }) },
    }).createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { invoke: { src: 'flaky', onDone: 'b' } },
        b: { type: 'final', output: ({ event }) => event.output },
      },
      output: ({ event }) => event.output,
    });
    const cloud = testCloud([machine]);
    const { executionId } = await cloud.start(machine, {});
    expect(await cloud.client.wait(executionId)).toMatchObject({ status: 'SUCCEEDED', output: 3 });
  });

  it.each([{ worker: 'other' }, { heartbeat: '10s' }, { waitForResult: true }, { once: true }] as const)(
    'refuses %j for a fromPromise, which needs a worker',
    (policy) => {
      expect(() =>
        withPolicy(
          fromPromise(async () => 1),
          policy,
        ),
      ).toThrow(expect.objectContaining({ code: 'InvalidTaskPolicy' }));
    },
  );

  it('is for workers: a lambda() has its policy itself', () => {
    expect(() => withPolicy(lambda('billing'), { timeout: '1m' })).toThrow(
      expect.objectContaining({ code: 'InvalidTaskPolicy' }),
    );
  });
});

describe('errorIs', () => {
  const of = (error: unknown) => ({ event: { type: 'xstate.error.actor.0', error } });

  it.each([
    [['CardDeclined'], { name: 'CardDeclined' }, true],
    [['CardDeclined', 'CardStolen'], { name: 'CardStolen' }, true],
    [['CardDeclined'], { name: 'RangeError' }, false],
    [['States.Timeout'], { name: 'States.HeartbeatTimeout' }, true],
    [['States.TaskFailed'], { name: 'States.Timeout' }, false],
    [['States.ALL'], { name: 'RangeError' }, true],
    [['States.ALL'], 'a text', true],
    [['States.TaskFailed'], null, true],
    [['Error'], undefined, true],
    [['CardDeclined'], { type: 'CardDeclined' }, false],
  ] as const)('%j covers %j: %j', ([first, ...others], error, answer) => {
    expect(errorIs(first, ...others)(of(error))).toBe(answer);
  });
});

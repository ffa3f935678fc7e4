import { describe, expect, expectTypeOf, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { type TestWorkers, testCloud } from '../../testing/index.ts';
import { worker } from '../../workers/index.ts';

const paying = setup({ actors: { pay: worker<number, string>() } }).createMachine({
  id: 'paying',
  initial: 'paying',
  states: {
    paying: { invoke: { src: 'pay', input: 1, onDone: 'paid' } },
    paid: { after: { 1000: 'closed' } },
    closed: { type: 'final' },
  },
});

describe('after a redrive', () => {
  const failed = async () => {
    let isDown = true;
    const cloud = testCloud([paying], {
      pay: () => {
        if (isDown) throw new Error('The bank is down.');
        return 'receipt';
      },
    });
    await cloud.start(paying, { executionId: 'o' });
    expect(await cloud.runToEnd('o')).toMatchObject({ status: 'FAILED' });
    isDown = false;
    return cloud;
  };

  it('runToEnd goes on to the next end', async () => {
    const cloud = await failed();
    await cloud.client.redrive('o');
    expect(await cloud.runToEnd('o')).toMatchObject({ status: 'SUCCEEDED', state: 'closed' });
  });

  it('a client that waits does so for the next end', async () => {
    const { client } = await failed();
    await client.redrive('o');
    expect(await client.wait('o')).toMatchObject({ status: 'SUCCEEDED', state: 'closed' });
    expect(await client.wait('o')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('runUntil goes on to a state', async () => {
    const cloud = await failed();
    await cloud.client.redrive('o');
    expect(await cloud.runUntil('o', 'paid')).toMatchObject({ status: 'RUNNING', state: 'paid' });
  });

  it('of an execution that was stopped, or of many, it is the same', async () => {
    const cloud = await failed();
    for await (const _ of cloud.client.controlMany({
      control: 'redrive',
      machine: 'paying',
      status: 'FAILED',
    }));
    await cloud.runUntil('o', 'paid');
    await cloud.stop('o');
    expect(await cloud.runToEnd('o')).toMatchObject({ status: 'ABORTED' });
    await cloud.client.redrive('o');
    expect(await cloud.runToEnd('o')).toMatchObject({ status: 'SUCCEEDED' });
  });
});

it('a promise that retries by itself takes the time that it takes', { timeout: 40_000 }, async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 2700));
  const machine = setup({
    actors: {
      fetch: fromPromise(async () => {
        for (let attempt = 1; attempt < 5; attempt++) await pause();
        return 'fetched';
      }),
    },
  }).createMachine({
    id: 'fetching',
    initial: 'fetching',
    states: { fetching: { invoke: { src: 'fetch', onDone: 'done' } }, done: { type: 'final' } },
  });
  const cloud = testCloud([machine]);
  await cloud.start(machine, { executionId: 'o' });
  expect(await cloud.runToEnd('o')).toMatchObject({ status: 'SUCCEEDED' });
});

describe('settled() lets no time pass', () => {
  const reminding = setup({ actors: { send: worker<null, number>({ timeout: '2h' }) } }).createMachine({
    id: 'reminding',
    initial: 'sending',
    states: {
      sending: { invoke: { src: 'send', input: null, onDone: 'waiting' }, after: { '1800000': 'late' } },
      waiting: { after: { 10: 'done' } },
      late: {},
      done: { type: 'final' },
    },
  });

  it.each(['once', 'duplicated', 'reordered'] as const)('with deliveries %s', async (deliveries) => {
    const cloud = testCloud([reminding], { send: () => 1 }, { deliveries });
    const before = cloud.now;
    await cloud.start(reminding, { executionId: 'o' });
    await cloud.settled();
    expect(cloud.now).toEqual(before);
    expect(await cloud.describe('o')).toMatchObject({ state: 'waiting' });
  });

  it('also where a worker takes an hour', async () => {
    const cloud = testCloud([reminding], { send: () => 1 });
    cloud.inject('send', { takes: '1h' });
    const before = cloud.now;
    await cloud.start(reminding, { executionId: 'o' });
    await cloud.settled();
    expect(cloud.now).toEqual(before);
    expect(await cloud.describe('o')).toMatchObject({ state: 'sending' });
    await cloud.skip('29m');
    expect(await cloud.describe('o')).toMatchObject({ state: 'sending' });
    await cloud.skip('2m');
    expect(await cloud.describe('o')).toMatchObject({ state: 'late' });
  });
});

describe('the function of a worker with waitForResult', () => {
  const approving = setup({
    actors: {
      ask: worker<{ of: string }, { by: string }>({ waitForResult: true }),
      charge: worker<number, string>({ timeout: '1m' }),
    },
  }).createMachine({
    id: 'approving',
    initial: 'asking',
    states: {
      asking: { invoke: { src: 'ask', input: { of: 'ada' }, onDone: 'done' } },
      done: { type: 'final' },
    },
  });
  type Workers = Required<TestWorkers<typeof approving>>;

  it('need not return an output, as one of any other worker must', () => {
    expectTypeOf<() => Promise<void>>().toExtend<Workers['ask']>();
    expectTypeOf<() => void>().not.toExtend<Workers['charge']>();
    expectTypeOf<Parameters<Workers['ask']>[0]>().toEqualTypeOf<{ of: string }>();
  });

  it('gets its token, by which the result is given', async () => {
    let token = '';
    const cloud = testCloud([approving], {
      ask: async (_, task) => {
        token = task.token ?? '';
      },
    });
    await cloud.start(approving, { executionId: 'o' });
    await cloud.settled();
    await cloud.client.completeTask(token, { by: 'Ada' });
    expect(await cloud.runToEnd('o')).toMatchObject({ status: 'SUCCEEDED' });
  });
});

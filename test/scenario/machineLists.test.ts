import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromCallback, setup } from 'xstate';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { testCloud } from '../../testing/index.ts';
import { type EachOptions, each, type FailedItem } from '../../workers/index.ts';
import { fulfilment, hostOf, workers } from './itemMachines.ts';

function batchOf(options: EachOptions) {
  return setup({
    types: {
      input: {} as readonly number[],
      context: {} as { orders: readonly number[]; sent: readonly (number | FailedItem)[]; error: unknown },
      output: {} as { sent: readonly (number | FailedItem)[]; error: unknown },
    },
    actors: { fulfil: each(fulfilment, options) },
  }).createMachine({
    id: 'batch',
    context: ({ input }) => ({ orders: input, sent: [], error: null }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'fulfil',
          input: ({ context }) => context.orders,
          onDone: { target: 'done', actions: assign({ sent: ({ event }) => event.output }) },
          onError: { target: 'done', actions: assign({ error: ({ event }) => event.error }) },
        },
        on: { LEAVE: 'left' },
      },
      left: { on: { END: 'done' } },
      done: { type: 'final' },
    },
    output: ({ context: { sent, error } }) => ({ sent, error }),
  });
}

describe.each(['once', 'duplicated', 'reordered'] as const)('each(machine), deliveries %s', (deliveries) => {
  const options = { deliveries };

  it('gives the outputs of the items in the order of the list', async () => {
    const batch = batchOf({ concurrency: 2 });
    const cloud = testCloud([batch], workers, options);
    const { executionId } = await cloud.start('batch', { input: [3, 1, 2, 5, 4] });
    const { status, output } = await cloud.runToEnd(executionId);
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { sent: [31, 11, 21, 51, 41], error: null },
    });
    expect(await cloud.client.replay(executionId, [batch])).toMatchObject({ outcome: 'equal' });
  });

  it('works on as many items at a time as its concurrency says', async () => {
    const cloud = testCloud([batchOf({ concurrency: 2 })], workers, options);
    const begun = cloud.now.getTime();
    const { executionId } = await cloud.start('batch', { input: [1, 2, 3, 4, 5] });
    await cloud.runToEnd(executionId);
    const minutes = (cloud.now.getTime() - begun) / 60_000;
    expect(Math.floor(minutes)).toBe(3);
  });

  it('has tolerated failures in their places', async () => {
    const cloud = testCloud(
      [batchOf({ tolerateFailures: 1 })],
      {
        ...workers,
        send: (packed: number) => {
          if (packed === 20) throw new RangeError('Too heavy.');
          return packed + 1;
        },
      },
      options,
    );
    const { executionId } = await cloud.start('batch', { input: [1, 2, 3] });
    const { output } = await cloud.runToEnd(executionId);
    expect(output).toMatchObject({
      sent: [11, { error: { name: 'RangeError', message: 'Too heavy.' } }, 31],
      error: null,
    });
  });

  it('fails beyond that with the error of the item as the cause, and gives up the other items', async () => {
    const batch = batchOf({});
    const cloud = testCloud(
      [batch],
      {
        ...workers,
        pack: (order: number) => {
          if (order === 2) throw new RangeError('Too heavy.');
          return order;
        },
      },
      options,
    );
    const { executionId } = await cloud.start('batch', { input: [1, 2, 3] });
    const { output } = await cloud.runToEnd(executionId);
    expect(output).toMatchObject({
      error: {
        name: 'States.ExceedToleratedFailureThreshold',
        failures: 1,
        count: 3,
        errors: [{ index: 1, name: 'RangeError', message: 'Too heavy.' }],
        cause: { name: 'RangeError', message: 'Too heavy.' },
      },
    });
    expect(cloud.invocations.filter(({ worker: name }) => name === 'send')).toEqual([]);
    expect(await cloud.client.replay(executionId, [batch])).toMatchObject({ outcome: 'equal' });
  });

  it('retries a task of an item', async () => {
    const failed = new Set<number>();
    const cloud = testCloud(
      [batchOf({})],
      {
        ...workers,
        pack: (order: number, { attempt }) => {
          failed.add(order);
          if (attempt === 1) throw new Error('Busy.');
          return order * 10;
        },
      },
      options,
    );
    const { executionId } = await cloud.start('batch', { input: [1, 2] });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ output: { sent: [11, 21] } });
    expect(failed.size).toBe(2);
  });

  it('gives up its items where the machine leaves the state', async () => {
    const cloud = testCloud([batchOf({})], workers, options);
    const { executionId } = await cloud.start('batch', { input: [1, 2] });
    await cloud.skip('30s');
    await cloud.send(executionId, { type: 'LEAVE' });
    await cloud.skip('5m');
    await cloud.send(executionId, { type: 'END' });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ output: { sent: [] } });
    expect(cloud.invocations.filter(({ worker: name }) => name === 'send')).toEqual([]);
  });
});

describe('what is shown', () => {
  it('of a list of machines is how far it is, and the states of its items', async () => {
    const cloud = testCloud([hostOf(fulfilment, { concurrency: 2 })], workers);
    const { executionId } = await cloud.start('host', { input: [1, 2, 3] });
    await cloud.skip('30s');
    const { lists, timers, tasks } = await cloud.describe(executionId);
    expect(lists).toEqual([
      {
        task: 0,
        worker: 'work',
        count: 3,
        done: 0,
        failed: 0,
        inFlight: 2,
        waiting: 0,
        items: [
          { index: 0, state: 'resting' },
          { index: 1, state: 'resting' },
        ],
      },
    ]);
    expect(timers).toHaveLength(2);
    expect(tasks).toEqual([]);
    await cloud.skip('35s');
    const history = await cloud.history(executionId);
    expect(history.map((entry) => ('worker' in entry ? entry.worker : ''))).toContain('pack');
  });
});

describe('at registration', () => {
  it.each([
    ['a timeout for executions', { timeout: '1h' }],
    ['held events', { heldEvents: true }],
  ])('a machine of items with %s is refused', (_, millrace) => {
    const item = createMachine({ id: 'item', meta: { millrace } });
    expect(() => prepareMachines([hostOf(item)])).toThrow(/actors\.work: 'item' works on items/);
  });

  it('the problems of a machine of items are found', () => {
    const item = createMachine({ id: 'item', invoke: { src: fromCallback(() => {}) } });
    expect(() => prepareMachines([hostOf(item)])).toThrow(/actors\.work > invoke\[0\]/);
  });
});

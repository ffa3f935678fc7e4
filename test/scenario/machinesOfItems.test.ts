import { describe, expect, it } from 'vitest';
import { type AnyActorRef, assign, createMachine, fromPromise, sendParent, sendTo, setup } from 'xstate';
import { testCloud } from '../../testing/index.ts';
import { each, worker } from '../../workers/index.ts';
import { fulfilment, hostOf, workers } from './itemMachines.ts';

describe('the machine of an item', () => {
  it('has its failed task tried again by a redrive, and nothing else', async () => {
    const host = hostOf(fulfilment);
    let isBroken = true;
    const cloud = testCloud([host], {
      pack: (order: number) => order * 10,
      send: (packed: number) => {
        if (packed === 20 && isBroken) throw new RangeError('Too heavy.');
        return packed + 1;
      },
    });
    const { executionId } = await cloud.start('host', { input: [1, 2, 3] });
    expect(await cloud.runToEnd(executionId)).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.ExceedToleratedFailureThreshold' },
    });
    const before = cloud.invocations.length;
    isBroken = false;
    await cloud.client.redrive(executionId);
    await cloud.skip('1s');
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: [11, 21, 31] });
    expect(cloud.invocations.slice(before).filter(({ worker: name }) => name === 'pack')).toEqual([]);
    expect(await cloud.client.replay(executionId, [host])).toMatchObject({ outcome: 'equal' });
  });

  it('can work on a list of its own', async () => {
    const outer = setup({
      types: {
        input: {} as readonly number[],
        context: {} as { list: readonly number[]; sum: number },
        output: {} as number,
      },
      actors: { fulfil: each(fulfilment), add: each(worker<number, number>()) },
    }).createMachine({
      id: 'outer',
      context: ({ input }) => ({ list: input, sum: 0 }),
      initial: 'fulfilling',
      states: {
        fulfilling: {
          invoke: {
            src: 'fulfil',
            input: ({ context }) => context.list,
            onDone: { target: 'adding', actions: assign({ list: ({ event }) => event.output }) },
          },
        },
        adding: {
          invoke: {
            src: 'add',
            input: ({ context }) => context.list,
            onDone: {
              target: 'added',
              actions: assign({ sum: ({ event }) => event.output.reduce((a, b) => a + b, 0) }),
            },
          },
        },
        added: { type: 'final' },
      },
      output: ({ context }) => context.sum,
    });
    const host = hostOf(outer);
    const cloud = testCloud([host], { ...workers, add: (value: number) => value + 1 });
    const { executionId } = await cloud.start('host', { input: [[1, 2], [], [3]] });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: [34, 0, 32] });
    expect(await cloud.client.replay(executionId, [host])).toMatchObject({ outcome: 'equal' });
  });

  it('talks with a child of its own, and with the machine that works on the list', async () => {
    const child = setup({
      types: { input: {} as number, output: {} as string, events: {} as { type: 'PING' } },
    }).createMachine({
      id: 'child',
      context: ({ input }) => ({ value: input }),
      initial: 'waiting',
      entry: sendParent({ type: 'HELLO' }),
      states: { waiting: { on: { PING: 'pinged' } }, pinged: { type: 'final' } },
      output: 'pinged',
    });
    const talker = setup({
      types: {
        input: {} as number,
        context: {} as { value: number; heard: string },
        events: {} as { type: 'HELLO' },
        output: {} as { value: number; heard: string },
      },
      actors: { child },
    }).createMachine({
      id: 'talker',
      context: ({ input }) => ({ value: input, heard: '' }),
      initial: 'talking',
      states: {
        talking: {
          invoke: {
            id: 'other',
            src: 'child',
            input: ({ context }) => context.value,
            onDone: { target: 'done', actions: assign({ heard: ({ event }) => String(event.output) }) },
          },
          on: {
            HELLO: {
              actions: [
                sendTo('other', { type: 'PING' }),
                sendParent(({ context }) => ({ type: 'TALKED', value: context.value })),
              ],
            },
          },
        },
        done: { type: 'final' },
      },
      output: ({ context }) => context,
    });
    const host = setup({
      types: {
        context: {} as { talked: readonly number[]; output: unknown },
        events: {} as { type: 'TALKED'; value: number },
      },
      actors: { talk: each(talker) },
    }).createMachine({
      id: 'host',
      context: { talked: [], output: null },
      initial: 'working',
      states: {
        working: {
          invoke: {
            src: 'talk',
            input: [1, 2],
            onDone: { target: 'done', actions: assign({ output: ({ event }) => event.output }) },
          },
          on: {
            TALKED: { actions: assign({ talked: ({ context, event }) => [...context.talked, event.value] }) },
          },
        },
        done: { type: 'final' },
      },
      output: ({ context }) => context,
    });
    const cloud = testCloud([host]);
    const { executionId } = await cloud.start('host', {});
    const { output } = await cloud.runToEnd(executionId);
    expect(output).toEqual({
      talked: [1, 2],
      output: [
        { value: 1, heard: 'pinged' },
        { value: 2, heard: 'pinged' },
      ],
    });
    expect(await cloud.client.replay(executionId, [host])).toMatchObject({ outcome: 'equal' });
  });

  it('takes no event once it has ended, and no other machine takes it', async () => {
    const item = createMachine({
      id: 'item',
      initial: 'on',
      states: {
        on: { entry: sendParent(({ self }) => ({ type: 'MINE', ref: self })), after: { 1000: 'off' } },
        off: { type: 'final' },
      },
    });
    const host = setup({
      types: {
        context: {} as { ref?: AnyActorRef; poked: number },
        events: {} as { type: 'MINE'; ref: AnyActorRef } | { type: 'POKE' } | { type: 'POKED' },
      },
      actors: { all: each(item) },
    }).createMachine({
      id: 'host',
      context: { poked: 0 },
      initial: 'working',
      on: {
        POKED: { actions: assign({ poked: ({ context }) => context.poked + 1 }) },
        POKE: { actions: sendTo(({ context: { ref } }) => ref ?? 'none', { type: 'POKED' }) },
      },
      states: {
        working: {
          invoke: { src: 'all', input: [1], onDone: 'worked' },
          on: { MINE: { actions: assign({ ref: ({ event }) => event.ref }) } },
        },
        worked: {},
      },
    });
    const cloud = testCloud([host]);
    const { executionId } = await cloud.start('host', {});
    await cloud.runUntil(executionId, 'worked');
    await cloud.send(executionId, { type: 'POKE' }, { machine: host });
    await cloud.settled();
    const history = await cloud.history(executionId);
    expect(history.map(({ reference }) => reference).filter((each) => each.startsWith('message#'))).toEqual(
      [],
    );
    expect((await cloud.describe(executionId)).context).toMatchObject({ poked: 0 });
  });

  it('runs its promises, and is stopped with the execution', async () => {
    const asking = setup({
      types: { input: {} as number, output: {} as number },
      actors: { ask: fromPromise(async ({ input }: { input: number }) => input + 1) },
    }).createMachine({
      id: 'asking',
      context: ({ input }) => ({ value: input }),
      initial: 'asking',
      states: {
        asking: { invoke: { src: 'ask', input: ({ context }) => context.value, onDone: 'asked' } },
        asked: { type: 'final', output: ({ event }) => event.output },
      },
      output: ({ event }) => event.output as number,
    });
    const cloud = testCloud([hostOf(asking)]);
    const { executionId } = await cloud.start('host', { input: [1, 2] });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ output: [2, 3] });
    const stopped = testCloud([hostOf(fulfilment)], workers);
    const started = await stopped.start('host', { input: [1, 2] });
    await stopped.skip('30s');
    await stopped.client.stop(started.executionId);
    await stopped.skip('5m');
    expect(await stopped.describe(started.executionId)).toMatchObject({ status: 'ABORTED' });
    expect(stopped.invocations.filter(({ worker: name }) => name === 'send')).toEqual([]);
  });

  it('fails its item with the unaltered text of what its own code throws', async () => {
    const throwing = setup({ types: { input: {} as number } }).createMachine({
      id: 'throwing',
      context: ({ input }) => {
        if (input === 2) throw new TypeError('No such order: 2');
        return { value: input };
      },
      initial: 'done',
      states: { done: { type: 'final' } },
      output: ({ context }) => (context as { value: number }).value,
    });
    const cloud = testCloud([hostOf(throwing, { tolerateFailures: 1 })]);
    const { executionId } = await cloud.start('host', { input: [1, 2, 3] });
    expect(await cloud.runToEnd(executionId)).toMatchObject({
      output: [1, { error: { name: 'TypeError', message: 'No such order: 2' } }, 3],
    });
  });
});

describe('an item', () => {
  it('stands still with its timers while the execution is suspended', async () => {
    const host = hostOf(fulfilment);
    const cloud = testCloud([host], workers);
    const { executionId } = await cloud.start('host', { input: [1, 2] });
    await cloud.skip('30s');
    await cloud.client.suspend(executionId);
    await cloud.skip('10m');
    await cloud.client.resume(executionId);
    await cloud.skip('20s');
    expect(cloud.invocations.filter(({ worker: name }) => name === 'send')).toEqual([]);
    await cloud.skip('15s');
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: [11, 21] });
    expect(await cloud.client.replay(executionId, [host])).toMatchObject({ outcome: 'equal' });
  });

  it('waits for a result from elsewhere by the token of its task', async () => {
    const asking = setup({
      types: { input: {} as number, output: {} as string },
      actors: { ask: worker<number, string>({ waitForResult: true }) },
    }).createMachine({
      id: 'asking',
      context: ({ input }) => ({ value: input }),
      initial: 'asking',
      states: {
        asking: { invoke: { src: 'ask', input: ({ context }) => Number(context.value), onDone: 'asked' } },
        asked: { type: 'final', output: ({ event }) => event.output },
      },
      output: ({ event }) => event.output as string,
    });
    const tokens: string[] = [];
    const cloud = testCloud([hostOf(asking)], {
      ask: (_, { token = '' }) => {
        tokens.push(token);
      },
    });
    const { executionId } = await cloud.start('host', { input: [1, 2] });
    await cloud.skip('1s');
    for (const [place, token] of tokens.entries()) await cloud.client.completeTask(token, `answer ${place}`);
    expect(await cloud.runToEnd(executionId)).toMatchObject({ output: ['answer 0', 'answer 1'] });
  });

  it('that is changed is noticed, because its states are part of the stored ones', async () => {
    const other = createMachine({ id: 'fulfilment', initial: 'elsewhere', states: { elsewhere: {} } });
    const cloud = testCloud([hostOf(fulfilment)], workers);
    const { executionId } = await cloud.start('host', { input: [1] });
    await cloud.skip('30s');
    const report = await cloud.client.replay(executionId, [hostOf(other as never)]);
    expect(report.outcome).not.toBe('equal');
  });
});

import { describe, expect, it, test } from 'vitest';
import { assign, setup } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { careful } from '../support/brokenMachines.ts';

const keeping = setup({
  types: { context: {} as { thrown: unknown } },
  actors: { work: worker<unknown, unknown>() },
}).createMachine({
  id: 'keeping',
  context: { thrown: 'nothing' },
  initial: 'working',
  output: ({ context }) => context,
  states: {
    working: {
      invoke: {
        src: 'work',
        onError: { target: 'failed', actions: assign({ thrown: ({ event }) => event.error }) },
      },
    },
    failed: { type: 'final' },
  },
});

describe("the task fails, and the machine's onError decides", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.deep = { cyclic };
  it.each([
    ['the worker is not deployed', undefined, 'Lambda.ResourceNotFoundException', 'not deployed'],
    ['the output is a BigInt', () => ({ total: 1n }), 'NotSerializableError', 'output.total is a BigInt'],
    ['the output has a cycle', () => cyclic, 'NotSerializableError', 'output.deep.cyclic contains itself'],
    [
      'the output has a function',
      () => ({ a: [() => 1] }),
      'NotSerializableError',
      'output.a[0] is a function',
    ],
    [
      'the worker throws an error',
      () => {
        throw new TypeError('no such thing');
      },
      'TypeError',
      'no such thing',
    ],
  ])('when %s', async (_, work, name, message) => {
    const cloud = new SimulatedCloud([careful], work ? { work } : {});
    await cloud.start('careful', 'c1');
    await cloud.advance(10_000);
    const execution = await cloud.execution('c1');
    expect(execution).toMatchObject({ status: 'SUCCEEDED', state: 'failed', output: { problem: { name } } });
    expect(JSON.stringify(execution.output)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it.each([
    ['a text', 'just a text'],
    ['an object', { type: 'X', detail: { status: 404 } }],
    ['an object that looks like an error', { name: 'Alice', message: 'hi', age: 4 }],
    ['null', null],
    ['a number', 5],
  ])('when the worker throws %s, with that value', async (_, thrown) => {
    const work = () => {
      throw thrown;
    };
    const cloud = new SimulatedCloud([keeping], { work });
    await cloud.start('keeping', 'c1');
    await cloud.advance(10_000);
    const { status, output } = await cloud.execution('c1');
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { thrown } });
  });

  it('when it gives no result before its deadline', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => 1 }, { seed: 1, loseInvoke: 1 });
    await cloud.start('careful', 'c1');
    await cloud.advance(19_000);
    expect((await cloud.execution('c1')).status).toBe('RUNNING');
    await cloud.advance(3000);
    expect(await cloud.execution('c1')).toMatchObject({
      state: 'failed',
      output: { problem: { name: 'States.Timeout' } },
    });
  });

  it.each([
    ['no status', {}],
    ['another status', { status: { S: 'MAYBE' } }],
    ['an output that is not gzip', { status: { S: 'SUCCEEDED' }, output: { B: Buffer.from('x') } }],
  ])('when a hand-written result has %s', async (_, attributes) => {
    const cloud = new SimulatedCloud([careful], { work: () => 1 }, { seed: 1, loseInvoke: 1 });
    await cloud.start('careful', 'c1');
    await cloud.advance(1000);
    cloud.table.put({ executionId: { S: 'c1' }, item: { S: 'task#0#1' }, ...attributes });
    await cloud.advance(1000);
    expect(await cloud.execution('c1')).toMatchObject({
      output: { problem: { name: 'Millrace.InvalidResult' } },
    });
  });

  it('not when the worker returns nothing, which is undefined as in XState', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => undefined });
    await cloud.start('careful', 'c1');
    await cloud.advance(10_000);
    const execution = await cloud.execution('c1');
    expect(execution?.state).toBe('done');
    expect(execution?.output).toEqual({ problem: null });
  });
});

test('the error of a child reaches its parent as it was thrown: message, cause and own fields', async () => {
  const child = setup({ actors: { work: worker<unknown, unknown>() } }).createMachine({
    id: 'failing',
    invoke: { src: 'work' },
  });
  const parent = setup({
    types: { context: {} as { seen: unknown } },
    actors: { child },
  }).createMachine({
    id: 'parent',
    context: { seen: null },
    initial: 'working',
    output: ({ context }) => context,
    states: {
      working: {
        invoke: {
          src: 'child',
          onError: {
            target: 'failed',
            actions: assign({
              seen: ({ event: { error } }) => [
                error instanceof Error && String(error),
                error instanceof Error && Reflect.get(error, 'status'),
                error instanceof Error && error.cause instanceof TypeError,
              ],
            }),
          },
        },
      },
      failed: { type: 'final' },
    },
  });
  class HttpError extends Error {
    readonly status = 404;
  }
  const work = () => {
    throw new HttpError('not found', { cause: new TypeError('inner') });
  };
  const cloud = new SimulatedCloud([parent, child], { work });
  await cloud.start('parent', 'p1');
  await cloud.advance(10_000);
  expect((await cloud.execution('p1')).output).toEqual({ seen: ['HttpError: not found', 404, true] });
});

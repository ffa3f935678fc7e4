import { describe, expect, test } from 'vitest';
import { assign, createMachine, emit, enqueueActions, raise, sendTo } from 'xstate';
import { Execution } from './execution.ts';
import { machineWith } from './failingMachine.ts';

/** As a tracer of asynchronous calls marks it. */
function traced(promise: Promise<void>): Promise<void> {
  return Object.assign(promise, { [Symbol('async_id')]: 1 });
}

describe('what JSON would change fails the machine, and the message has its path:', () => {
  class Money {}
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  test.each<[unknown, string]>([
    [new Date(0), 'is a Date: store its toISOString()'],
    [new Map(), 'is a Map: store Object.fromEntries(map) or [...map]'],
    [new Set(), 'is a Set: store [...set]'],
    [/x/, 'is a RegExp: store its source and flags'],
    [() => 1, 'is a function: store a name to find it by'],
    [Symbol('x'), 'is a symbol: store a string'],
    [1n, 'is a BigInt: store it as a string'],
    [Number.NaN, 'is NaN: store null or a string'],
    [Number.POSITIVE_INFINITY, 'is Infinity: store null or a string'],
    [Promise.resolve(), 'is a Promise: invoke a fromPromise actor and store its output'],
    [traced(Promise.resolve()), 'is a Promise: invoke a fromPromise actor and store its output'],
    [new Money(), 'is an instance of Money: store a plain object'],
  ])('%s', (value, advice) => {
    const machine = machineWith({
      transition: { actions: assign({ order: { lines: [{ 'made-on': value }] } } as never) },
    });
    const execution = new Execution(machine).start().send('GO');
    expect(execution.failure).toMatchObject({
      code: 'NotSerializable',
      name: 'NotSerializableError',
      message: `context.order.lines[0]["made-on"] ${advice}. (on event 'GO' in state 'm.a')`,
    });
    expect(execution.state).toMatchObject({ status: 'error', value: 'a', context: { n: 1 } });
  });

  test('an object that contains itself', () => {
    const machine = machineWith({ transition: { actions: assign({ cycle } as never) } });
    expect(new Execution(machine).start().send('GO').failure.message).toMatch(
      /^context\.cycle\.self contains itself/,
    );
  });

  test('undefined in an array; of an object it is kept', () => {
    const inArray = machineWith({ transition: { actions: assign({ list: [1, undefined] } as never) } });
    expect(new Execution(inArray).start().send('GO').failure.message).toMatch(
      /^context\.list\[1\] is undefined/,
    );
    const inObject = machineWith({ transition: { actions: assign({ gone: undefined, n: 2 } as never) } });
    expect(JSON.parse(new Execution(inObject).start().send('GO').stored).context).toEqual({
      n: 2,
      gone: { $undefined: true },
    });
  });

  const date = { at: new Date(0) };
  test.each<[string, object, RegExp]>([
    ['output', { root: { output: () => date } }, /^output\.at is a Date/],
    [
      'a delayed event',
      { transition: { actions: raise({ type: 'X', ...date } as never, { delay: 1 }) } },
      /^event 'X'\.at is a Date/,
    ],
    [
      'an emitted event',
      { transition: { actions: emit({ type: 'X', ...date }) } },
      /^event 'X'\.at is a Date/,
    ],
    [
      'a sent event',
      { transition: { actions: sendTo(({ self }) => self, { type: 'X', ...date } as never) } },
      /^event 'X'\.at/,
    ],
    [
      "a task's input",
      {
        transition: {
          actions: enqueueActions(({ enqueue }) =>
            enqueue.spawnChild('work' as never, { id: 'w', input: date as never }),
          ),
        },
      },
      /^children\.w\.input\.at is a Date/,
    ],
    [
      "a spawned task's input",
      {
        transition: {
          actions: assign({
            ref: ({ spawn }: never) =>
              (spawn as (...args: unknown[]) => unknown)('work', { id: 'w', input: date }),
          } as never),
        },
      },
      /^children\.w\.input\.at/,
    ],
  ])('%s', (_, parts, message) => {
    const execution = new Execution(machineWith(parts)).start().send('GO');
    expect(execution.failure).toMatchObject({
      code: 'NotSerializable',
      message: expect.stringMatching(message),
    });
    expect(execution.effects).toEqual([]);
  });

  test('at the start', () => {
    const execution = new Execution(
      createMachine({ id: 'm', context: date, initial: 'a', states: { a: {} } }),
    ).start();
    expect(execution.failure).toMatchObject({
      code: 'NotSerializable',
      message: expect.stringContaining('context.at is a Date'),
    });
    expect(execution.state).toMatchObject({ status: 'error', context: {} });
  });

  test('also where the machine changed its old context in place: the stored one is kept', () => {
    const spoil = assign(({ context }: { context: Record<string, unknown> }) => {
      context.n = new Date(0);
      return {};
    });
    const execution = new Execution(machineWith({ transition: { actions: spoil } })).start().send('GO');
    expect(execution.failure.message).toMatch(/^context\.n is a Date/);
    expect(execution.state).toMatchObject({ value: 'a', context: { n: 1 } });
  });
});

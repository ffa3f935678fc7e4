import { expect, test } from 'vitest';
import { asInXState } from './asInXState.ts';
import { machine, met } from './machines.ts';

test('a machine enters the initial states all the way down, with the actions of initial transitions', async () => {
  const nested = machine({
    context: { met: [] },
    initial: { target: 'a', actions: met('initial of the machine') },
    states: {
      a: {
        entry: met('a'),
        initial: { target: 'b', actions: met('initial of a') },
        states: { b: { entry: met('b') } },
      },
    },
  });
  expect(await asInXState(nested)).toMatchObject({
    value: { a: 'b' },
    context: { met: ['initial of the machine', 'a', 'initial of a', 'b'] },
  });
});

test('a machine without states has its context and transitions of its own', async () => {
  const flat = machine({ context: { met: [] }, on: { GO: { actions: met('GO') } } });
  expect(await asInXState(flat, ['GO'])).toMatchObject({ value: {}, context: { met: ['GO'] } });
});

test('parallel states are active together, and each takes the event', async () => {
  const region = { initial: 'off', states: { off: { on: { GO: 'on' } }, on: {} } };
  const parallel = machine({ type: 'parallel', states: { left: region, right: region } });
  expect((await asInXState(parallel, ['GO'])).value).toEqual({ left: 'on', right: 'on' });
});

test('entry and exit actions run from the outside in and from the inside out', async () => {
  const nested = machine({
    context: { met: [] },
    initial: 'a',
    states: {
      a: {
        entry: met('into a'),
        exit: met('out of a'),
        initial: 'b',
        states: { b: { entry: met('into b'), exit: met('out of b') } },
        on: { GO: { target: 'c', actions: met('on the way') } },
      },
      c: { entry: met('into c') },
    },
  });
  expect((await asInXState(nested, ['GO'])).context).toEqual({
    met: ['into a', 'into b', 'out of b', 'out of a', 'on the way', 'into c'],
  });
});

test('a final state ends its parent with its output, which onDone gets', async () => {
  const parent = machine({
    initial: 'a',
    context: {},
    states: {
      a: {
        initial: 'b',
        states: { b: { on: { GO: 'c' } }, c: { type: 'final', output: ({ event }: never) => event } },
        onDone: { target: 'd', actions: met('done') },
      },
      d: {},
    },
  });
  expect(await asInXState(parent, ['GO'])).toMatchObject({ value: 'd', context: { met: ['done'] } });
});

test('a parallel state is done when all of its regions are', async () => {
  const region = (event: string) => ({
    initial: 'a',
    states: { a: { on: { [event]: 'f' } }, f: { type: 'final' } },
  });
  const parallel = machine({
    initial: 'both',
    states: {
      both: { type: 'parallel', states: { x: region('X'), y: region('Y') }, onDone: 'done' },
      done: {},
    },
  });
  expect((await asInXState(parallel, ['X'])).value).toEqual({ both: { x: 'f', y: 'a' } });
  expect((await asInXState(parallel, ['X', 'Y'])).value).toBe('done');
});

test('a machine in a final state has ended, with the output of its output function', async () => {
  const ending = machine({
    initial: 'a',
    context: { n: 3 },
    states: { a: { on: { GO: 'f' } }, f: { type: 'final', output: { by: 'f' } } },
    output: ({ context, event }: { context: { n: number }; event: { output: unknown } }) => ({
      n: context.n,
      final: event.output,
    }),
  });
  expect(await asInXState(ending, ['GO', 'GO'])).toMatchObject({
    status: 'done',
    value: 'f',
    output: { n: 3, final: { by: 'f' } },
  });
});

const history = (type: object) =>
  machine({
    initial: 'a',
    states: {
      a: {
        initial: 'b',
        on: { OUT: 'off' },
        states: {
          b: { on: { NEXT: 'c' } },
          c: { initial: 'd', states: { d: { on: { NEXT: 'e' } }, e: {} } },
          h: { type: 'history', ...type },
        },
      },
      off: { on: { IN: 'a.h' } },
    },
  });

test('shallow history comes back to the state that was left, and to the initial states within it', async () => {
  expect((await asInXState(history({}), ['NEXT', 'NEXT', 'OUT', 'IN'])).value).toEqual({ a: { c: 'd' } });
  expect((await asInXState(history({ history: 'shallow' }), ['NEXT', 'NEXT', 'OUT', 'IN'])).value).toEqual({
    a: { c: 'd' },
  });
});

test('deep history comes back to the innermost states that were left', async () => {
  expect((await asInXState(history({ history: 'deep' }), ['NEXT', 'NEXT', 'OUT', 'IN'])).value).toEqual({
    a: { c: 'e' },
  });
});

test('history that remembers nothing yet goes to its target, else to the initial state', async () => {
  const entered = (type: object) =>
    machine({
      initial: 'off',
      states: {
        off: { on: { IN: 'a.h' } },
        a: { initial: 'b', states: { b: {}, c: {}, h: { type: 'history', ...type } } },
      },
    });
  expect((await asInXState(entered({ target: 'c' }), ['IN'])).value).toEqual({ a: 'c' });
  expect((await asInXState(entered({}), ['IN'])).value).toEqual({ a: 'b' });
});

test('deep history of parallel regions is remembered for each', async () => {
  const region = { initial: 'off', states: { off: { on: { GO: 'on' } }, on: {} } };
  const both = machine({
    initial: 'a',
    states: {
      a: {
        initial: 'p',
        on: { OUT: 'off' },
        states: {
          p: { type: 'parallel', states: { x: region, y: { initial: 'z', states: { z: {} } } } },
          h: { type: 'history', history: 'deep' },
        },
      },
      off: { on: { IN: 'a.h' } },
    },
  });
  expect((await asInXState(both, ['GO', 'OUT', 'IN'])).value).toEqual({ a: { p: { x: 'on', y: 'z' } } });
});

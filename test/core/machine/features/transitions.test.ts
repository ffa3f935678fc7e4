import { expect, test } from 'vitest';
import { asInXState } from './asInXState.ts';
import { machine, met, metEvent } from './machines.ts';

test('a target is a key beside the state, a path, .child, or #id', async () => {
  const targets = machine({
    initial: 'a',
    on: { CHILD: '.c' },
    states: {
      a: { on: { KEY: 'b', PATH: 'c.d', ID: '#deep' } },
      b: {},
      c: { initial: 'e', states: { e: {}, d: { id: 'deep' } } },
    },
  });
  expect((await asInXState(targets, ['KEY'])).value).toBe('b');
  expect((await asInXState(targets, ['PATH'])).value).toEqual({ c: 'd' });
  expect((await asInXState(targets, ['CHILD'])).value).toEqual({ c: 'e' });
  expect((await asInXState(targets, ['ID'])).value).toEqual({ c: 'd' });
});

test('a transition with several targets enters a state in each region', async () => {
  const region = { initial: 'a', states: { a: {}, b: {} } };
  const several = machine({
    initial: 'off',
    states: {
      off: { on: { GO: { target: ['p.x.b', 'p.y.b'] } } },
      p: { type: 'parallel', states: { x: region, y: region } },
    },
  });
  expect((await asInXState(several, ['GO'])).value).toEqual({ p: { x: 'b', y: 'b' } });
});

test('a transition without a target does its actions and leaves no state', async () => {
  const targetless = machine({
    context: { met: [] },
    initial: 'a',
    states: { a: { exit: met('left'), on: { GO: { actions: met('GO') } } } },
  });
  expect((await asInXState(targetless, ['GO'])).context).toEqual({ met: ['GO'] });
});

test('a transition to a state within its source leaves the source only with reenter', async () => {
  const within = (reenter: boolean) =>
    machine({
      context: { met: [] },
      initial: 'a',
      states: {
        a: {
          entry: met('into a'),
          exit: met('out of a'),
          initial: 'b',
          states: { b: {}, c: {} },
          on: { GO: { target: '.c', reenter } },
        },
      },
    });
  expect((await asInXState(within(false), ['GO'])).context).toEqual({ met: ['into a'] });
  expect((await asInXState(within(true), ['GO'])).context).toEqual({ met: ['into a', 'out of a', 'into a'] });
});

test('a transition to its own source runs its entry again only with reenter', async () => {
  const self = (reenter: boolean) =>
    machine({
      context: { met: [] },
      initial: 'a',
      states: { a: { entry: met('a'), on: { GO: { target: 'a', reenter } } } },
    });
  expect((await asInXState(self(false), ['GO'])).context).toEqual({ met: ['a'] });
  expect((await asInXState(self(true), ['GO'])).context).toEqual({ met: ['a', 'a'] });
});

test.each([
  ['undefined', undefined],
  ['empty', {}],
])('a forbidden (%s) transition keeps the event from the states around it', async (_, forbidden) => {
  const inner = machine({ initial: 'a', on: { GO: '.b' }, states: { a: { on: { GO: forbidden } }, b: {} } });
  expect((await asInXState(inner, ['GO'])).value).toBe('a');
});

test('an inner state takes an event before the states around it', async () => {
  const inner = machine({
    context: { met: [] },
    initial: 'a',
    on: { GO: { actions: met('outer') }, OTHER: { actions: met('outer') } },
    states: { a: { on: { GO: { actions: met('inner') } } } },
  });
  expect((await asInXState(inner, ['GO', 'OTHER'])).context).toEqual({ met: ['inner', 'outer'] });
});

test('a wildcard takes what no other transition does, a partial wildcard what begins with its parts', async () => {
  const wild = machine({
    context: { met: [] },
    on: {
      'order.paid': { actions: met('order.paid') },
      'order.*': { actions: met('order.*') },
      '*': { actions: met('*') },
    },
  });
  expect((await asInXState(wild, ['order.paid', 'order.sent.late', 'other'])).context).toEqual({
    met: ['order.paid', 'order.*', '*'],
  });
});

test('an event that nothing takes changes nothing', async () => {
  const quiet = machine({ context: { n: 1 }, initial: 'a', states: { a: {} } });
  expect(await asInXState(quiet, ['UNKNOWN'])).toMatchObject({
    status: 'active',
    value: 'a',
    context: { n: 1 },
  });
});

test('always transitions are taken until none is left, within one step', async () => {
  const eager = machine({
    context: { met: [] },
    initial: 'a',
    states: {
      a: { on: { GO: 'b' } },
      b: {
        entry: met('b'),
        always: [
          { guard: () => false, target: 'a' },
          { target: 'c', actions: met('always') },
        ],
      },
      c: { always: 'd' },
      d: {},
    },
  });
  expect(await asInXState(eager, ['GO'])).toMatchObject({ value: 'd', context: { met: ['b', 'always'] } });
});

test('a route event leads to the state of an id, where its guard passes', async () => {
  const routed = machine({
    initial: 'a',
    context: { open: false },
    states: {
      a: { id: 'a', route: {} },
      b: { id: 'b', route: { guard: ({ context }: { context: { open: boolean } }) => context.open } },
      c: { id: 'c' },
    },
  });
  const to = (id: string) => ({ type: 'xstate.route', to: id });
  expect((await asInXState(routed, [to('#b'), to('#c')])).value).toBe('a');
  const open = machine({ initial: 'a', states: { a: {}, b: { id: 'b', route: {} } } });
  expect((await asInXState(open, [to('#b')])).value).toBe('b');
});

test('events of tasks and states have types that a transition may name itself', async () => {
  const named = machine({
    context: { met: [] },
    initial: 'a',
    states: {
      a: {
        invoke: { src: 'work', id: 'w' },
        initial: 'f',
        states: { f: { type: 'final' } },
        on: { 'xstate.done.actor.w': { actions: metEvent }, 'xstate.done.state.m.a': { actions: metEvent } },
      },
    },
  });
  expect((await asInXState(named, [{ done: 'w' }])).context).toEqual({
    met: ['xstate.done.state.m.a', 'xstate.done.actor.w'],
  });
});

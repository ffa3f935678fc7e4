import { describe, expect, test } from 'vitest';
import { assign, createMachine, enqueueActions, fromPromise, sendTo, setup } from 'xstate';
import { Execution } from './execution.ts';

const work = fromPromise(async () => 'done');
const provided = setup({ actors: { work } });

test('an invoke starts a task with its input, and its output comes with the done event', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    context: { output: null as unknown },
    states: {
      a: {
        invoke: {
          src: 'work',
          id: 'w',
          input: { n: 1 } as never,
          onDone: { target: 'b', actions: assign({ output: ({ event }) => event.output }) },
        },
      },
      b: { type: 'final' },
    },
  });
  const execution = new Execution(machine).start();
  expect(execution.effects).toEqual([
    { type: 'startTask', task: 0, actorId: 'w', src: 'work', input: { n: 1 } },
  ]);
  execution.succeed(0, { receipt: 7 });
  expect(execution.state).toMatchObject({ status: 'done', value: 'b', context: { output: { receipt: 7 } } });
});

test('an error that is kept in the context is stored as the plain data that the worker reported', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    context: { error: null as unknown },
    states: {
      a: {
        invoke: {
          src: 'work',
          onError: { target: 'b', actions: assign({ error: ({ event }) => event.error }) },
        },
      },
      b: {},
    },
  });
  const error = { name: 'CardDeclined', message: 'no money', code: 51 };
  expect(new Execution(machine).start().fail(0, error).state.context).toEqual({ error });
});

test('a state that is entered again starts a new task, and the result of the old one is not open', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: { on: { AGAIN: { target: 'a', reenter: true } }, invoke: { src: 'work', onDone: 'b' } },
      b: {},
    },
  });
  const execution = new Execution(machine).start().send('AGAIN');
  expect(execution.did).toEqual(['stop 0.m.a 0 left', 'start 0.m.a 1']);
  expect(execution.succeed(0).ignored).toBe('NotOpen');
  expect(execution.succeed(1).state.value).toBe('b');
});

test('a child that is stopped before it started never starts, and takes no number', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { invoke: { src: 'work' }, always: 'b' }, b: { invoke: { src: 'work', id: 'w' } } },
  });
  expect(new Execution(machine).start().did).toEqual(['start w 0']);
});

test('children spawned without an id get ids that do not depend on the process', () => {
  const machine = provided.createMachine({
    id: 'm',
    context: { refs: [] as unknown[] },
    on: { SPAWN: { actions: assign({ refs: ({ context, spawn }) => [...context.refs, spawn('work')] }) } },
  });
  const ids = () => Object.keys(new Execution(machine).start().send('SPAWN').send('SPAWN').state.children);
  expect(ids()).toEqual(['x:0', 'x:1']);
  expect(ids()).toEqual(['x:0', 'x:1']);
});

test('an actor with a systemId is found by it after a restart, and the id is free when it stops', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: {
        invoke: { src: 'work', systemId: 'worker' },
        on: {
          AGAIN: { target: 'a', reenter: true },
          TELL: { actions: sendTo(({ system }) => system.get('worker'), { type: 'PING' }) },
        },
      },
    },
  });
  const execution = new Execution(machine).start().send('AGAIN').send('TELL');
  expect(execution.did).toEqual(['send order-17.1 {"type":"PING"}']);
});

const withChild = setup({ actors: { child: createMachine({ id: 'child' }) } });

describe('sendTo a child', () => {
  test('from an entry action comes after the start of the child that the state invokes', () => {
    const machine = withChild.createMachine({
      id: 'm',
      entry: sendTo('w', { type: 'HELLO' }),
      invoke: { src: 'child', id: 'w' },
    });
    expect(new Execution(machine).start().did).toEqual(['start w 0', 'send order-17.0 {"type":"HELLO"}']);
  });

  test('works from an exit action, and throws from the transition that leaves its state', () => {
    const leaving = (actions: 'exit' | 'transition') =>
      withChild.createMachine({
        id: 'm',
        initial: 'a',
        states: {
          a: {
            invoke: { src: 'child', id: 'w' },
            exit: actions === 'exit' ? sendTo('w', { type: 'BYE' }) : [],
            on: { GO: { target: 'b', actions: actions === 'exit' ? [] : sendTo('w', { type: 'BYE' }) } },
          },
          b: {},
        },
      });
    expect(new Execution(leaving('exit')).start().send('GO').did).toEqual([
      'send order-17.0 {"type":"BYE"}',
      'stop w 0 left',
    ]);
    expect(new Execution(leaving('transition')).start().send('GO').failure).toMatchObject({
      code: 'MachineThrew',
      message: expect.stringContaining("Unable to send event to actor 'w'"),
    });
  });

  test('that has finished does nothing, and the child stays until its state is left', () => {
    const machine = withChild.createMachine({
      id: 'm',
      invoke: { src: 'child', id: 'w' },
      on: { TELL: { actions: sendTo('w', { type: 'PING' }) } },
    });
    const execution = new Execution(machine).start().succeed(0);
    expect(execution.state.children).toEqual({ w: { task: 0, src: 'child', status: 'done' } });
    expect(execution.send('TELL').did).toEqual([]);
    expect(execution.succeed(0).ignored).toBe('NotOpen');
  });
});

test('a machine that ends stops what still runs, and says so', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    invoke: { src: 'work', id: 'whole' },
    states: {
      a: { invoke: { src: 'work', id: 'w' }, on: { GO: 'f' }, after: { 1000: 'a' } },
      f: { type: 'final' },
    },
  });
  const execution = new Execution(machine).start().send('GO');
  expect(execution.did).toEqual(['stop w 1 left', 'stop whole 0 ended']);
  expect(execution.state).toMatchObject({ status: 'done', children: {}, timers: [] });
  expect(execution.send('GO').ignored).toBe('Ended');
});

test('a history state that resolves to the source of its transition leaves no orphan behind', () => {
  const machine = provided.createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: {
        initial: 'b',
        states: { b: { invoke: { src: 'work', id: 'w' }, on: { BACK: 'h' } }, h: { type: 'history' } },
        on: { OUT: 'c' },
      },
      c: { on: { IN: 'a.h' } },
    },
  });
  const execution = new Execution(machine).start().send('OUT').send('IN').send('BACK');
  expect(execution.did).toEqual(['stop w 1 replaced', 'start w 2']);
  expect(Object.keys(execution.state.children)).toEqual(['w']);
});

describe('what shows only at run time is a failure of the machine that says what to write', () => {
  test.each([
    [
      'spawn of logic without a name',
      assign({ ref: ({ spawn }) => spawn(fromPromise(async () => 1)) }),
      /spawn was given logic that has no name: name it in setup\(\{ actors \}\)/,
    ],
    [
      'spawn of logic without a name after a spawnChild',
      enqueueActions(({ enqueue }) => {
        enqueue.spawnChild('work' as never, { id: 'w' });
        enqueue(assign({ ref: ({ spawn }) => spawn(fromPromise(async () => 1)) }) as never);
      }),
      /spawn was given logic that has no name/,
    ],
    [
      'an enqueued spawnChild without an id',
      enqueueActions(({ enqueue }) => enqueue.spawnChild('work' as never)),
      /spawnChild\('work'\) needs an id/,
    ],
    [
      'an enqueued spawnChild of logic without a name',
      enqueueActions(({ enqueue }) =>
        enqueue.spawnChild(
          fromPromise(async () => 1),
          { id: 'w' },
        ),
      ),
      /spawnChild was given logic that has no name/,
    ],
    [
      'syncSnapshot',
      assign({ ref: ({ spawn }) => spawn('work' as never, { id: 'w', syncSnapshot: true } as never) }),
      /Actor 'w' has syncSnapshot/,
    ],
    [
      'an enqueued action without an implementation',
      enqueueActions(({ enqueue }) => enqueue('missing' as never)),
      /Action 'missing' is not implemented/,
    ],
  ])('%s', (_, action, message) => {
    const machine = createMachine({ id: 'm', context: {}, on: { GO: { actions: action as never } } }, {
      actors: { work },
    } as never);
    const execution = new Execution(machine).start().send('GO');
    expect(execution.failure).toMatchObject({
      code: 'MachineThrew',
      message: expect.stringMatching(message),
    });
    expect(execution.effects).toEqual([]);
  });
});

test('what an entry action sends to the child of its state comes after the start of that child', () => {
  const child = createMachine({ id: 'child' });
  const machine = setup({ actors: { child } }).createMachine({
    id: 'm',
    initial: 'idle',
    states: {
      idle: { on: { GO: 'a' } },
      a: { entry: sendTo('c', { type: 'HELLO' }), invoke: { src: 'child', id: 'c' } },
    },
  });
  const { effects } = new Execution(machine).start().send('GO');
  expect(effects).toMatchObject([
    { type: 'startTask', actorId: 'c' },
    { type: 'send', event: { type: 'HELLO' } },
  ]);
});

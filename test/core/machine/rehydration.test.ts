import { expect, test } from 'vitest';
import { assign, createMachine, fromPromise, sendTo, setup, stopChild } from 'xstate';
import { DefinitionMismatchError, stepMachine } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

const work = fromPromise(async () => 'done');

test('parallel states take their transitions in the order in which they were entered, also after a restart', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'p',
    context: { go: false },
    states: {
      p: {
        type: 'parallel',
        on: { K: { actions: assign({ go: true }) } },
        states: {
          a: {
            initial: 'a1',
            states: { a1: { on: { GO: 'a2' } }, a2: { always: { guard: 'go', target: '#m.x' } } },
          },
          b: { initial: 'b1', states: { b1: { always: { guard: 'go', target: '#m.y' } } } },
        },
      },
      x: {},
      y: {},
    },
  }).provide({ guards: { go: ({ context }) => context.go } });
  const execution = new Execution(machine).start().send('GO');
  expect(execution.state.order).toBeDefined();
  expect(execution.send('K').state.value).toBe('y');
  expect(execution.state.order).toBeUndefined();
});

const keeper = setup({ actors: { work } }).createMachine({
  id: 'keeper',
  context: ({ spawn }) => ({ ref: spawn('work', { id: 'kept' }), met: [] as string[] }),
  on: {
    STOP: { actions: stopChild('kept') },
    SEND: { actions: sendTo(({ context }) => context.ref, { type: 'PING' }) },
    PING: { actions: assign({ met: ['a PING of its own'] }) },
    RESPAWN: { actions: assign({ met: ({ spawn }) => [spawn('work', { id: 'kept' }).id] }) },
  },
});

test('a reference to a child that was stopped stays a reference to that child', () => {
  const execution = new Execution(keeper).start();
  expect(execution.state.context).toEqual({ ref: { $actor: 'order-17.0', id: 'kept' }, met: [] });
  expect(execution.send('SEND').did).toEqual(['send order-17.0 {"type":"PING"}']);
  execution.send('STOP').send('SEND');
  expect(execution.did).toEqual([]);
  expect(execution.state.context).toEqual({ ref: { $actor: 'order-17.0', id: 'kept' }, met: [] });
});

test('a reference to a stopped child is none to a later child of the same id', () => {
  const execution = new Execution(keeper).start().send('STOP').send('RESPAWN');
  expect(execution.did).toEqual(['start kept 1']);
  expect(execution.send('SEND').did).toEqual([]);
});

test('references to the machine itself, its parent and others survive as their addresses', () => {
  const machine = createMachine({
    id: 'm',
    context: ({ self, spawn: _ }) => ({ self, parent: undefined as unknown }),
    entry: assign({ parent: ({ self }) => self._parent }),
    on: {
      ASK: {
        actions: [
          sendTo(({ context }) => context.self, { type: 'TOLD' }),
          sendTo(({ context }) => context.parent as never, { type: 'HELLO' } as never),
        ],
      },
      TOLD: { actions: assign({ parent: 'told' }) },
    },
  });
  const execution = new Execution(machine, { id: 'order-17.3', parent: 'order-17' }).start();
  expect(execution.state.context).toEqual({ self: { $actor: 'order-17.3' }, parent: { $actor: 'order-17' } });
  expect(execution.send('ASK').did).toEqual(['send order-17 {"type":"HELLO"}']);
  expect(execution.state.context).toEqual({ self: { $actor: 'order-17.3' }, parent: 'told' });
});

test('history survives a dot in the machine id and in the keys of states', () => {
  const machine = createMachine({
    id: 'order.v2',
    initial: 'on.line',
    states: {
      'on.line': {
        initial: 'first.page',
        on: { PAUSE: 'off' },
        states: { 'first.page': { on: { NEXT: 'last\\.page' } }, 'last.page': {}, back: { type: 'history' } },
      },
      off: { on: { RESUME: 'on\\.line.back' } },
    },
  });
  const execution = new Execution(machine).start().send('NEXT').send('PAUSE').send('RESUME');
  expect(execution.state.value).toEqual({ 'on.line': 'last.page' });
});

test.each([
  { xstate$$type: 1, id: 'kept' },
  { $actor: 'order-17.0', id: 'kept' },
  { $$actor: { $actor: 'order-17' } },
  { sessionId: 'x:0', send: 'kept', ref: 'kept' },
])('data from outside that looks like a reference stays data: %j', (data) => {
  const machine = setup({ actors: { work } }).createMachine({
    id: 'm',
    context: ({ spawn }) => ({ ref: spawn('work', { id: 'kept' }), data: [] as unknown[] }),
    on: {
      DATA: { actions: assign({ data: ({ event }) => [event.data] }) },
      CHECK: {
        guard: ({ context }) => JSON.stringify(context.data) === JSON.stringify([data]),
        actions: assign({ data: ['it is data'] }),
      },
    },
  });
  const execution = new Execution(machine).start().send('DATA', { data }).send('CHECK');
  expect(execution.state.context).toEqual({
    ref: { $actor: 'order-17.0', id: 'kept' },
    data: ['it is data'],
  });
});

test('a worker gets references as addresses, and data that looks like one as it is', () => {
  const machine = setup({ actors: { work } }).createMachine({
    id: 'm',
    invoke: { src: 'work', input: ({ self }) => ({ self, data: { $actor: 'mine' } }) as never },
  });
  const [start] = new Execution(machine).start().effects;
  expect(start).toMatchObject({ input: { self: { $actor: 'order-17' }, data: { $actor: 'mine' } } });
});

test('a stored state that the machine does not have is a definition mismatch, not a failure', () => {
  const before = new Execution(createMachine({ id: 'm', initial: 'old', states: { old: {} } })).start();
  const after = new Execution(createMachine({ id: 'm', initial: 'new', states: { new: {} } }));
  after.stored = before.stored;
  expect(() => after.send('GO')).toThrow(DefinitionMismatchError);
  expect(() => after.send('GO')).toThrow(/'m' version '1' cannot take up the stored state: .*'old'/);
});

test('orders of states that are not those of the stored value are a definition mismatch', () => {
  const regions = (...keys: string[]) =>
    createMachine({ id: 'm', type: 'parallel', states: Object.fromEntries(keys.map((key) => [key, {}])) });
  const before = new Execution(regions('a', 'b')).start();
  const after = new Execution(
    createMachine({
      id: 'm',
      type: 'parallel',
      states: { new: { initial: 'n', states: { n: {} } }, a: {}, b: {} },
    }),
  );
  after.stored = before.stored;
  expect(() => after.send('GO')).toThrow(DefinitionMismatchError);
});

test('a child whose source is implemented no more is still there, and its result counts', () => {
  const config = {
    id: 'm',
    initial: 'a',
    states: { a: { invoke: { src: 'work', onDone: 'b' } }, b: {} },
  } as const;
  const before = new Execution(createMachine(config, { actors: { work } } as never)).start();
  const after = new Execution(createMachine(config));
  after.stored = before.stored;
  expect(after.succeed(0).state.value).toBe('b');
});

test('what is stored takes up no room for what a machine does not have', () => {
  const machine = createMachine({ id: 'm', initial: 'a', context: {}, states: { a: {} } });
  expect(new Execution(machine).start().stored).toBe('{"status":"active","value":"a","context":{}}');
});

test('the same arguments give the same bytes, and leave what they were given as it was', () => {
  const execution = new Execution(keeper).start().send('STOP');
  const input = { type: 'event', event: { type: 'RESPAWN', list: [1] } } as const;
  const at = { now: 5, actor: { id: 'order-17' } };
  const first = stepMachine(execution.prepared, execution.stored, input, at);
  const second = stepMachine(execution.prepared, execution.stored, input, at);
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
  expect(input).toEqual({ type: 'event', event: { type: 'RESPAWN', list: [1] } });
});

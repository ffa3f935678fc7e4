import { describe, expect, test } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  fromPromise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import {
  DefinitionMismatchError,
  MachineNotDurableError,
  prepareMachine,
} from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';
import { machine } from './features/machines.ts';

/**
 * Traps: a machine that is stored and restored goes wrong here if it relies on XState's persisted snapshots and pure functions
 * alone. Other places name a trap by its number. These are in states and children; the others are in trapsOfErrors.test.ts.
 */

const work = fromPromise(async () => 'done');
const provided = setup({ actors: { work } });

interface Spawning {
  readonly spawn: (src: string, options?: object) => never;
}

describe('trap 1: the order of active states', () => {
  const conflict = createMachine({
    id: 'c',
    initial: 'p',
    context: { go: false },
    states: {
      x: {},
      y: {},
      p: {
        type: 'parallel',
        on: { K: { actions: assign({ go: true }) } },
        states: {
          a: {
            initial: 'a1',
            states: { a1: { on: { GO: 'a2' } }, a2: { always: { guard: 'go', target: '#c.x' } } },
          },
          b: { initial: 'b1', states: { b1: { always: { guard: 'go', target: '#c.y' } } } },
        },
      },
    },
  }).provide({ guards: { go: ({ context }) => context.go } });

  test("is not in XState's persisted snapshot, and another order is another state", () => {
    const live = createActor(conflict).start();
    live.send({ type: 'GO' });
    const snapshot = JSON.parse(JSON.stringify(live.getPersistedSnapshot()));
    const rehydrated = createActor(conflict, { snapshot }).start();
    for (const actor of [live, rehydrated]) actor.send({ type: 'K' });
    expect([live.getSnapshot().value, rehydrated.getSnapshot().value]).toEqual(['y', 'x']);
  });

  test('is stored', () => {
    expect(new Execution(conflict).start().send('GO').send('K').state.value).toBe('y');
  });
});

describe('trap 2: a reference to a child that stopped', () => {
  const keeping = machine({
    context: ({ spawn }: Spawning) => ({ ref: spawn('work', { id: 'kept' }), met: 'nothing' }),
    on: {
      STOP: { actions: stopChild('kept') },
      SEND: { actions: sendTo(({ context }) => context.ref, { type: 'PING' }) },
      PING: { actions: assign({ met: 'what it sent to its child' }) },
    },
  });

  test('stays one, and what is sent to it does not come to the machine itself', () => {
    const execution = new Execution(keeping).start().send('STOP').send('SEND');
    expect(execution.effects).toEqual([]);
    expect(execution.state.context).toEqual({ ref: { $actor: 'order-17.0', id: 'kept' }, met: 'nothing' });
  });
});

test('trap 3: history survives dots in the id of the machine, and in ids and keys of states', () => {
  const dotted = machine({
    id: 'order.v2',
    initial: 'on.line',
    states: {
      'on.line': {
        id: 'the.online.state',
        initial: 'a',
        on: { PAUSE: 'off' },
        states: {
          a: { on: { NEXT: 'b.c' } },
          'b.d': {},
          b: { initial: 'c', states: { c: {} } },
          h: { type: 'history', history: 'deep' },
        },
      },
      off: { on: { RESUME: 'on\\.line.h' } },
    },
  });
  expect(new Execution(dotted).start().send('NEXT').send('PAUSE').send('RESUME').state.value).toEqual({
    'on.line': { b: 'c' },
  });
});

test.each([{ xstate$$type: 1, id: 'kept' }, { $actor: 'order-17.0' }, { $$actor: 1 }])(
  'trap 4: data from outside that looks like a reference stays data: %j',
  (data) => {
    const keeping = machine({
      context: ({ spawn }: Spawning) => ({ ref: spawn('work', { id: 'kept' }), data: null, same: null }),
      on: {
        DATA: { actions: assign({ data: ({ event }: { event: { data: unknown } }) => event.data }) },
        CHECK: {
          actions: assign(({ context }: { context: object }) => ({
            same: JSON.stringify(Reflect.get(context, 'data')),
          })) as never,
        },
      },
    });
    const execution = new Execution(keeping).start().send('DATA', { data }).send('CHECK');
    expect(execution.state.context).toMatchObject({ same: JSON.stringify(data) });
  },
);

describe('trap 5: a stored state that the machine does not have', () => {
  test('is a DefinitionMismatch, where createActor takes it without a word', () => {
    const before = new Execution(machine({ initial: 'old', states: { old: {} } })).start();
    const after = new Execution(machine({ initial: 'new', states: { new: {} } }));
    after.stored = before.stored;
    expect(() => after.send('GO')).toThrow(DefinitionMismatchError);
  });

  test('a child whose source is gone is not dropped: its result counts', () => {
    const config = {
      id: 'm',
      initial: 'a',
      states: { a: { invoke: { src: 'gone', id: 'w', onDone: 'b' } }, b: {} },
    };
    const before = new Execution(machine(config, { actors: { gone: work } })).start();
    const after = new Execution(createMachine(config as never));
    after.stored = before.stored;
    expect(after.succeed(0).state.value).toBe('b');
  });
});

describe('trap 6: ids of children', () => {
  test("spawnChild without an id, which XState files under 'undefined', is refused", () => {
    const spawning = machine({ entry: spawnChild('work' as never) });
    expect(() => prepareMachine(spawning)).toThrow(MachineNotDurableError);
  });

  test('one invoke id in two regions, which would orphan a child, is refused', () => {
    const invoke = { src: 'work', id: 'same' };
    const twice = machine({ type: 'parallel', states: { a: { invoke }, b: { invoke } } });
    expect(() => prepareMachine(twice)).toThrow(/can be active at the same time/);
  });

  test('a spawn under the id of a running child leaves the older one running', () => {
    const spawning = machine({
      on: { SPAWN: { actions: spawnChild('work' as never, { id: 'only' } as never) } },
    });
    expect(new Execution(spawning).start().send('SPAWN').send('SPAWN').did).toEqual(['start only 1']);
  });
});

describe('trap 7: a state that is entered again keeps the id of its child', () => {
  const again = provided.createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: {
        invoke: { src: 'work', onDone: 'b', onError: 'c' },
        on: { AGAIN: { target: 'a', reenter: true } },
      },
      b: {},
      c: {},
    },
  });

  test('and the result or error of the older child does nothing', () => {
    const execution = new Execution(again).start().send('AGAIN');
    expect(execution.succeed(0).ignored).toBe('NotOpen');
    expect(execution.fail(0).ignored).toBe('NotOpen');
    expect(execution.succeed(1).state.value).toBe('b');
  });

  test('and ids that XState gives by place survive a restart', () => {
    expect(Object.keys(new Execution(again).start().state.children)).toEqual(['0.m.a']);
  });
});

describe('trap 8: what is sent to a child around its life', () => {
  const invoking = (a: object, go: object = {}) =>
    machine({
      initial: 'a',
      states: {
        a: {
          invoke: { src: createMachine({ id: 'child' }), id: 'w' },
          on: { GO: { target: 'b', ...go } },
          ...a,
        },
        b: {},
      },
    });
  const greet = sendTo('w', { type: 'HELLO' });

  test('from an entry action comes after the start of the child', () => {
    expect(new Execution(invoking({ entry: greet })).start().did).toEqual([
      'start w 0',
      'send order-17.0 {"type":"HELLO"}',
    ]);
  });

  test('from an exit action reaches it, and from the transition itself fails: the child is gone by then', () => {
    expect(new Execution(invoking({ exit: greet })).start().send('GO').did).toEqual([
      'send order-17.0 {"type":"HELLO"}',
      'stop w 0 left',
    ]);
    expect(new Execution(invoking({}, { actions: greet })).start().send('GO').failure.message).toContain(
      "Unable to send event to actor 'w'",
    );
  });

  test('a child that has ended stays among the children until its state is left', () => {
    const execution = new Execution(invoking({})).start().succeed(0);
    expect(execution.state.children).toMatchObject({ w: { task: 0, status: 'done' } });
    expect(execution.send('GO').state.children).toEqual({});
  });
});

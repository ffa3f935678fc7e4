import { describe, expect, test } from 'vitest';
import {
  assign,
  cancel,
  createActor,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import {
  DefinitionMismatchError,
  MachineNotDurableError,
  prepareMachine,
  runPromiseLogic,
  stepMachine,
} from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';
import { machine } from './features/machines.ts';

/**
 * Where a machine that is stored and taken up again goes wrong if one leaves it to XState's persisted snapshots and its
 * pure functions. Each has a number, by which other places name it.
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

describe('trap 9: delays', () => {
  test('a delay that is not a number, which XState takes for none, is refused or fails the machine', () => {
    const named = machine({ initial: 'a', states: { a: { after: { soon: 'b' } }, b: {} } });
    expect(() => prepareMachine(named)).toThrow(/delay 'soon' is not implemented/);
    const computed = machine({ entry: raise({ type: 'X' } as never, { delay: () => undefined as never }) });
    expect(new Execution(computed).start().failure.message).toContain('delay of a raise is undefined');
  });

  test('an id that is used twice fires twice, and cancel takes only the last', () => {
    const twice = machine({
      context: { met: 0 },
      entry: [
        raise({ type: 'X' } as never, { delay: 10, id: 'x' }),
        raise({ type: 'X' } as never, { delay: 20, id: 'x' }),
      ],
      on: {
        STOP: { actions: cancel('x') },
        X: { actions: assign({ met: ({ context }: { context: { met: number } }) => context.met + 1 }) },
      },
    });
    expect(new Execution(twice).start().timer(20).timer(20).state.context).toEqual({ met: 2 });
    const stopped = new Execution(twice).start().send('STOP').timer(20);
    expect(stopped.state.context).toEqual({ met: 1 });
    expect(stopped.timer(20).ignored).toBe('NothingDue');
  });

  test('a timer counts from the time of the step that set it, whenever the step is taken again', () => {
    const waiting = machine({ initial: 'a', states: { a: { after: { 10: 'b' } }, b: {} } });
    const prepared = prepareMachine(waiting);
    const start = () =>
      stepMachine(prepared, undefined, { type: 'start', input: undefined }, { now: 500, actor: { id: 'e' } });
    expect(start()).toMatchObject({ state: { timers: [{ dueAt: 510 }] } });
    expect(JSON.stringify(start())).toBe(JSON.stringify(start()));
  });
});

describe('trap 10: a throw', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  test.each<[string, object]>([
    ['guard', { guard: boom, target: 'b' }],
    ['assign', { target: 'b', actions: assign(boom) }],
    ['emit', { target: 'b', actions: emit(boom) }],
    ['delay', { target: 'b', actions: raise({ type: 'X' } as never, { delay: boom }) }],
    ['params', { target: 'b', actions: { type: 'note', params: boom } }],
    ['always', { target: 'c' }],
    ['input', { target: 'd' }],
    ['output', { target: 'f' }],
  ])('in %s leaves the machine in the state of before, with status error', (_, transition) => {
    const throwing = machine(
      {
        initial: 'a',
        output: boom,
        states: {
          a: { on: { GO: transition } },
          b: {},
          c: { always: { guard: boom, target: 'a' } },
          d: { invoke: { src: 'work', input: boom } },
          f: { type: 'final' },
        },
      },
      { actions: { note: () => undefined } },
    );
    const live = createActor(throwing);
    live.subscribe({ error: () => undefined });
    live.start();
    live.send({ type: 'GO' });
    const execution = new Execution(throwing).start().send('GO');
    expect(execution.state).toMatchObject({ status: 'error', value: 'a' });
    expect(live.getSnapshot()).toMatchObject({ status: 'error', value: 'a' });
  });

  test('at the start asks for no effect', () => {
    const throwing = machine(
      { context: boom, entry: 'note', invoke: { src: 'work' } },
      { actions: { note: () => undefined } },
    );
    const execution = new Execution(throwing).start();
    expect(execution.state.status).toBe('error');
    expect(execution.effects).toEqual([]);
  });
});

test("trap 11: '*' takes errors of actors too, so that an unhandled one fails nothing", () => {
  const catching = (on: object) =>
    machine({ initial: 'a', states: { a: { invoke: { src: 'work' }, on }, b: {} } });
  expect(new Execution(catching({ '*': 'b' })).start().fail(0).state).toMatchObject({
    status: 'active',
    value: 'b',
  });
  expect(new Execution(catching({})).start().fail(0).state.status).toBe('error');
});

test.each([
  'xstate.done.actor.w',
  'xstate.error.actor.w',
  'xstate.after.10.m',
  'xstate.init',
  'xstate.stop',
  7 as never,
])('trap 12: an event of type %s is ignored when it comes from outside', (type) => {
  const open = machine({
    invoke: { src: 'work', id: 'w', onDone: { actions: assign({ forged: true }) } },
    context: {},
  });
  const execution = new Execution(open).start();
  const before = execution.stored;
  expect(execution.send(type).ignored).toBe('ReservedType');
  expect(execution.stored).toBe(before);
});

test.each<[string, unknown]>([
  ['a Date', new Date(0)],
  ['a Map', new Map()],
  ['a Set', new Set()],
  ['a RegExp', /x/],
  ['NaN', Number.NaN],
  ['a BigInt', 1n],
  ['an instance', new (class Money {})()],
])('trap 13: %s in the context fails the machine with its path, where JSON would change it', (_, value) => {
  const keeping = machine({ context: {}, on: { GO: { actions: assign({ list: [{ value }] }) } } });
  expect(new Execution(keeping).start().send('GO').failure).toMatchObject({
    code: 'NotSerializable',
    message: expect.stringMatching(/^context\.list\[0\]\.value is /),
  });
});

test('trap 14: a plain function action is given again by the same step, and emit and log carry what they said', () => {
  const ran: string[] = [];
  const acting = machine({ on: { GO: { actions: [() => ran.push('ran'), emit({ type: 'told', n: 1 })] } } });
  const { prepared, stored } = new Execution(acting).start();
  const step = () =>
    stepMachine(prepared, stored, { type: 'event', event: { type: 'GO' } }, { now: 0, actor: { id: 'e' } });
  for (const taken of [step(), step()]) {
    if (taken.type !== 'taken') throw new Error('The step was ignored.');
    expect(taken.effects).toMatchObject([
      { type: 'action' },
      { type: 'emit', event: { type: 'told', n: 1 } },
    ]);
    for (const effect of taken.effects) if (effect.type === 'action') effect.run();
  }
  expect(ran).toEqual(['ran', 'ran']);
});

describe("trap 15: XState's own defects", () => {
  test('history that resolves to the source of its transition leaves no orphan behind', () => {
    const leaking = machine({
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
    expect(new Execution(leaking).start().send('OUT').send('IN').send('BACK').did).toEqual([
      'stop w 1 replaced',
      'start w 2',
    ]);
  });

  test('a history state directly under a parallel one is refused', () => {
    const illegal = machine({ type: 'parallel', states: { a: {}, b: {}, h: { type: 'history' } } });
    expect(() => prepareMachine(illegal)).toThrow(/history state directly under a parallel state/);
  });
});

test('trap 16: a promise that throws before it is one is a failed task, and the process goes on', async () => {
  const throwing = fromPromise(() => {
    throw new RangeError('at once');
  });
  await expect(runPromiseLogic(throwing, undefined)).rejects.toThrow('at once');
});

test('beside the traps: actions that are enqueued are held to the same as those that are written', () => {
  const enqueued = machine({
    on: { GO: { actions: enqueueActions(({ enqueue }) => enqueue.spawnChild('work' as never)) } },
  });
  expect(new Execution(enqueued).start().send('GO').failure.message).toContain('needs an id');
});

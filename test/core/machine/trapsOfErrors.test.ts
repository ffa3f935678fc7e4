import { describe, expect, test } from 'vitest';
import { assign, cancel, createActor, emit, enqueueActions, fromPromise, raise } from 'xstate';
import { prepareMachine, runPromiseLogic, stepMachine } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';
import { machine } from './features/machines.ts';

/** More traps: see trapsOfChildren.test.ts. These are in delays, in code that throws and in events from outside. */

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

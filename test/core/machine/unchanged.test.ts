import { describe, expect, test } from 'vitest';
import { assign, createMachine, enqueueActions, fromPromise, setup, spawnChild } from 'xstate';
import { machineLookup } from '../../../orchestrator/core/execution/model/machines.ts';
import {
  MachineNotDurableError,
  machinesOf,
  prepareMachine,
  prepareMachines,
} from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

interface Spawning {
  readonly spawn: (src: unknown, options?: object) => unknown;
}

function buildOf(config: object) {
  return createMachine({ id: 'm', ...config } as never);
}

/** Machines as XState's users write them, which run as they are. */

const work = fromPromise(async () => 1);

test('output of a final state that the machine drops is a warning', () => {
  const dropping = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { type: 'final', output: { result: 1 } } },
  });
  const { warnings } = prepareMachine(dropping);
  expect(warnings).toMatchObject([{ path: 'states.a.output', problem: expect.stringContaining('drops') }]);
  expect(new Execution(dropping).start().state).toMatchObject({ status: 'done', value: 'a' });
  expect(new Execution(dropping).start().state.output).toBeUndefined();
});

test('initial of a parallel state, which XState ignores, is a warning', () => {
  const parallel = buildOf({ type: 'parallel', initial: 'a', states: { a: {}, b: {} } });
  expect(prepareMachine(parallel).warnings).toMatchObject([{ path: 'initial' }]);
  expect(new Execution(parallel).start().state.value).toEqual({ a: {}, b: {} });
});

test.each([
  ['PT2H', 7_200_000],
  ['P2W', 1_209_600_000],
  ['PT2W', 1_209_600_000],
  ['P1DT12H', 129_600_000],
  ['PT0.5S', 500],
])('a delay named by an ISO 8601 duration lasts that long', (name, ms) => {
  const waiting = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { after: { [name]: 'b' } }, b: {} },
  });
  expect(new Execution(waiting).start().state.timers).toMatchObject([{ dueAt: ms }]);
});

test('a delay that no one implements and that is not a duration is refused', () => {
  const waiting = createMachine({ id: 'm', initial: 'a', states: { a: { after: { P: 'b' } }, b: {} } });
  expect(() => prepareMachine(waiting)).toThrow(/delay 'P' is not implemented/);
});

describe('names of machines', () => {
  const unnamed = createMachine({ initial: 'a', states: { a: { type: 'final' } } });

  test('a child machine without an id has the name of its source', () => {
    const parent = setup({ actors: { review: unnamed } }).createMachine({
      id: 'parent',
      invoke: { src: 'review' },
    });
    expect(prepareMachines([parent]).map(({ id }) => id)).toEqual(['parent', 'review']);
  });

  test('a machine without an id has the name of its export', () => {
    expect(prepareMachines(machinesOf({ workflow: unnamed })).map(({ id }) => id)).toEqual(['workflow']);
  });

  test('a machine without an id and without another name is refused', () => {
    expect(() => prepareMachines([unnamed])).toThrow(/has no id/);
    expect(prepareMachines([unnamed], { unnamed: 'machine' }).map(({ id }) => id)).toEqual(['machine']);
  });

  test('different children of one id are distinguished by parent and source', () => {
    const child = (state: string) => createMachine({ id: 'child', initial: state, states: { [state]: {} } });
    const parent = (id: string, state: string) =>
      setup({ actors: { inner: child(state) } }).createMachine({ id, invoke: { src: 'inner' } });
    const machines = machineLookup(prepareMachines([parent('one', 'a'), parent('two', 'b')]));
    expect(machines.ids()).toEqual(['one', 'one.inner', 'two', 'two.inner']);
    expect(machines.find('one', undefined)?.sourceOf('inner')).toMatchObject({ machine: 'one.inner' });
    expect(machines.find('two.inner', undefined)?.definition.config.initial).toBe('b');
  });

  test('a child keeps its id where it is the only machine of that id, or is registered itself', () => {
    const child = createMachine({ id: 'child' });
    const other = createMachine({ id: 'child', initial: 'a', states: { a: {} } });
    const parent = (id: string, actor: typeof child | typeof other) =>
      createMachine({ id, invoke: { src: actor } });
    expect(prepareMachines([parent('one', child), parent('two', child)]).map(({ id }) => id)).toEqual([
      'one',
      'child',
      'two',
    ]);
    const withRegistered = prepareMachines([child, parent('one', child), parent('two', other)]);
    expect(withRegistered.map(({ id }) => id)).toEqual(['child', 'one', 'two', 'two.inline:0.two']);
  });

  test('a machine that starts itself is registered once', () => {
    const recursive = createMachine({ id: 'self', invoke: { src: 'again' } });
    Object.assign(recursive.implementations.actors, { again: recursive });
    expect(prepareMachines([recursive]).map(({ id }) => id)).toEqual(['self']);
  });

  test('two registered machines of one id and version are a mistake', () => {
    const twice = [createMachine({ id: 'm' }), createMachine({ id: 'm' })];
    expect(() => machineLookup(prepareMachines(twice))).toThrow(/registered twice/);
  });
});

describe('spawn of logic itself starts the actor that the machine names', () => {
  const child = createMachine({ id: 'child' });
  const provided = setup({ actors: { kid: child, work } });

  test.each([
    [
      'in an assign',
      provided.createMachine({
        id: 'm',
        context: { ref: null as unknown },
        entry: assign({ ref: ({ spawn }) => spawn(child, { id: 'k' } as never) }),
      }),
    ],
    [
      'in the context',
      provided.createMachine({
        id: 'm',
        context: ({ spawn }) => ({ ref: spawn(child, { id: 'k' } as never) as unknown }),
      }),
    ],
    [
      'in an assign that is enqueued',
      provided.createMachine({
        id: 'm',
        context: { ref: null as unknown },
        entry: enqueueActions(({ enqueue }) => {
          enqueue(assign({ ref: ({ spawn }: Spawning) => spawn(child, { id: 'k' }) } as never));
        }),
      }),
    ],
    [
      'by spawnChild',
      provided.createMachine({
        id: 'm',
        context: {},
        entry: spawnChild(child, { id: 'k' } as never) as never,
      }),
    ],
  ])('%s', (_, machine) => {
    const execution = new Execution(machine as never).start();
    expect(execution.did).toEqual(['start k 0']);
    expect(execution.state.children.k).toMatchObject({ src: 'kid' });
  });

  test('of a promise that an invoke has', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { entry: assign(({ spawn }: Spawning) => ({ ref: spawn(work, { id: 'w' }) })) as never },
        b: { invoke: { src: work } },
      },
    });
    expect(new Execution(machine).start().state.children.w).toMatchObject({ src: 'inline:0.m.b' });
  });
});

test.each([
  ['in an assign', createMachine({ id: 'm', entry: assign({ ref: ({ spawn }) => spawn(work) }) })],
  ['in the context', createMachine({ id: 'm', context: ({ spawn }) => ({ ref: spawn(work) }) })],
  [
    'under another name, as a minifier writes it',
    createMachine({ id: 'm', context: ({ spawn: s }) => ({ ref: s(work) }) }),
  ],
])('spawn of logic that has no name', (_, machine) => {
  expect(() => prepareMachine(machine)).toThrow(MachineNotDurableError);
  expect(() => prepareMachine(machine)).toThrow(/spawns logic that has no name/);
});

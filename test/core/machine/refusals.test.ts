import { describe, expect, test } from 'vitest';
import {
  and,
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  raise,
  sendTo,
  spawnChild,
} from 'xstate';
import { MachineNotDurableError, prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { taskPolicyKey } from '../../../orchestrator/core/policy/taskPolicy.ts';

const work = fromPromise(async () => 'done');
const observable = () => ({ subscribe: () => ({ unsubscribe: () => undefined }) }) as never;
const custom = {
  transition: (state: unknown) => state,
  getInitialSnapshot: () => ({}),
  getPersistedSnapshot: () => ({}),
};

interface Parts {
  readonly config?: object;
  readonly actors?: object;
  readonly actions?: object;
  readonly guards?: object;
  readonly delays?: object;
}

function problemsOf({ config, ...implementations }: Parts) {
  const machine = createMachine({ id: 'm', ...config } as never, implementations as never);
  try {
    prepareMachine(machine);
    return [];
  } catch (error) {
    if (!(error instanceof MachineNotDurableError)) throw error;
    expect(error.code).toBe('MachineNotDurable');
    return error.problems;
  }
}

const single = (parts: Parts) => {
  const problems = problemsOf(parts);
  expect(problems).toHaveLength(1);
  return problems[0];
};

test('an id that no start could name is refused', () => {
  expect(problemsOf({ config: { id: 'm'.repeat(256) } })).toEqual([]);
  expect(single({ config: { id: 'm'.repeat(257) } })).toMatchObject({
    path: 'id',
    problem: expect.stringContaining('257 characters'),
  });
});

describe('is refused at registration, with its path and what to write instead:', () => {
  test.each([
    ['fromCallback', fromCallback(() => undefined), /fromCallback lives in one process/],
    ['fromObservable', fromObservable(observable), /an observable lives in one process/],
    ['fromEventObservable', fromEventObservable(observable), /an observable lives in one process/],
    ['fromTransition', fromTransition((state) => state, {}), /fromTransition logic would not be stored/],
    ['actor logic of its own', custom, /actor logic of your own/],
    ['what is not actor logic', async () => 1, /it is not actor logic/],
  ])('%s', (_, logic, problem) => {
    expect(single({ actors: { logic } })).toMatchObject({
      path: 'actors.logic',
      problem: expect.stringMatching(problem),
      instead: expect.stringMatching(/\w/),
    });
    const states = { a: { invoke: [{ src: 'w' }, { src: logic }] } };
    if (typeof logic !== 'function') {
      expect(single({ config: { initial: 'a', states } })?.path).toBe('states.a.invoke[1].src');
    }
  });

  const state = (a: object) => ({ initial: 'a', states: { a, b: {} } });
  test.each<[string, Parts, string, RegExp]>([
    [
      'onSnapshot',
      { config: { invoke: { src: 'w', onSnapshot: {} } } },
      'invoke[0].onSnapshot',
      /every snapshot/,
    ],
    [
      'syncSnapshot',
      { config: { entry: spawnChild('w' as never, { id: 'c', syncSnapshot: true }) } },
      'entry[0]',
      /syncSnapshot/,
    ],
    [
      'spawnChild of inline logic',
      { config: { entry: spawnChild(work, { id: 'c' }) } },
      'entry[0]',
      /has no name/,
    ],
    ['spawnChild without an id', { actions: { go: spawnChild('w' as never) } }, 'actions.go', /no id/],
    [
      'an action without an implementation',
      { config: state({ exit: ['gone'] }) },
      'states.a.exit[0]',
      /action 'gone' is not implemented/,
    ],
    [
      'such an action of a transition',
      { config: state({ on: { GO: [{ actions: { type: 'gone' } }] } }) },
      'states.a.on.GO[0].actions[0]',
      /action 'gone'/,
    ],
    [
      'such an action of onDone',
      { config: state({ invoke: { src: 'w', onDone: { actions: 'gone' } } }) },
      'states.a.invoke[0].onDone[0].actions[0]',
      /action 'gone'/,
    ],
    [
      'such an action of an initial transition',
      { config: { initial: { target: 'a', actions: 'gone' }, states: { a: {} } } },
      'initial.actions[0]',
      /action 'gone'/,
    ],
    [
      'a guard without an implementation',
      { config: state({ always: { guard: 'gone', target: 'b' } }) },
      'states.a.always[0].guard',
      /guard 'gone'/,
    ],
    [
      'such a guard within and()',
      { config: state({ on: { GO: { guard: and([() => true, 'gone' as never]) } } }) },
      'states.a.on.GO[0].guard',
      /guard 'gone'/,
    ],
    ['such a guard within a guard', { guards: { go: 'gone' } }, 'guards.go', /guard 'gone'/],
    [
      'a delay without an implementation',
      { config: state({ after: { gone: 'b' } }) },
      'states.a.after.gone',
      /delay 'gone'/,
    ],
    [
      'such a delay of a raise',
      { config: { entry: raise({ type: 'X' }, { delay: 'gone' as never }) } },
      'entry[0]',
      /delay 'gone'/,
    ],
    [
      'such a delay of a sendTo',
      { actions: { go: sendTo('w', { type: 'X' }, { delay: 'gone' as never }) } },
      'actions.go',
      /delay 'gone'/,
    ],
    [
      'a delay that is not a number',
      { delays: { grace: '24h' } },
      'delays.grace',
      /neither a number of milliseconds/,
    ],
    [
      'history directly under a parallel state',
      { config: { type: 'parallel', states: { a: {}, h: { type: 'history' } } } },
      'states.h',
      /history state directly under a parallel/,
    ],
    [
      'two states of one id',
      { config: { initial: 'a', states: { a: { id: 'x' }, b: { id: 'x' } } } },
      'states.a',
      /another state also has the id 'x'/,
    ],
    ['no id', { config: { id: undefined } }, 'id', /has no id/],
    ['# in the id', { config: { id: 'a#b' } }, 'id', /reserved '#'/],
    ['# in the version', { config: { version: '1#2' } }, 'version', /reserved '#'/],
    ['a version that is not a string', { config: { version: 2 } }, 'version', /not a string/],
    [
      'a worker without a name',
      { config: { invoke: { src: { ...work, [taskPolicyKey]: {} } } } },
      'invoke[0].src',
      /the worker has no name/,
    ],
    [
      'a malformed duration',
      { actors: { w: { ...work, [taskPolicyKey]: { timeout: 'soon' } } } },
      'actors.w',
      /"soon" is not a duration/,
    ],
  ])('%s', (_, parts, path, problem) => {
    expect(single(parts)).toMatchObject({
      path,
      problem: expect.stringMatching(problem),
      instead: expect.stringMatching(/\w/),
    });
  });
});

describe('one invoke id', () => {
  const invoke = { src: 'w', id: 'same' };
  test.each<[string, object, string | undefined]>([
    [
      'in two regions',
      { type: 'parallel', states: { a: { invoke }, b: { invoke } } },
      'states.b.invoke[0].id',
    ],
    [
      'in a state and its parent',
      { initial: 'a', invoke, states: { a: { invoke } } },
      'states.a.invoke[0].id',
    ],
    ['twice in one state', { invoke: [invoke, invoke] }, 'invoke[1].id'],
    [
      'in states that exclude each other',
      { initial: 'a', states: { a: { invoke }, b: { invoke } } },
      undefined,
    ],
  ])('%s', (_, config, path) => {
    expect(problemsOf({ config }).map((problem) => problem.path)).toEqual(path === undefined ? [] : [path]);
  });
});

test('all problems are named at once, in the message too', () => {
  const machine = createMachine({ id: 'm', entry: 'gone', invoke: { src: fromCallback(() => undefined) } });
  expect(() => prepareMachine(machine)).toThrow(
    /^Machine 'm' cannot be run durably:\n- entry\[0\]: action 'gone' .*\. Instead: .*\.\n- invoke\[0\]\.src: fromCallback/,
  );
});

test('a config that XState itself does not accept is refused in the same way', () => {
  expect(() => prepareMachine({ id: 'm', initial: 'gone', states: { a: {} } })).toThrow(
    MachineNotDurableError,
  );
});

test('what is durable as it is, is accepted', () => {
  const parts: Parts = {
    config: {
      version: '3',
      initial: 'a',
      states: {
        a: {
          tags: ['t'],
          meta: { any: 1 },
          entry: ['act', { type: 'act', params: { n: 1 } }],
          invoke: [{ src: 'work' }, { src: work }, { src: 'unresolved' }],
          after: { 10: 'b', named: 'b' },
          on: { '*': { guard: { type: 'ok', params: {} }, target: 'b' } },
        },
        b: { initial: 'c', states: { c: {}, h: { type: 'history', history: 'deep' } }, onDone: 'a' },
      },
    },
    actors: { work },
    actions: { act: () => undefined },
    guards: { ok: () => true },
    delays: { named: 10 },
  };
  expect(problemsOf(parts)).toEqual([]);
});

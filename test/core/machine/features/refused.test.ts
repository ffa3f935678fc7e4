import { expect, test } from 'vitest';
import { and, assign, createMachine, forwardTo, not, sendTo, stateIn } from 'xstate';
import {
  MachineNotDurableError,
  type MachineProblem,
  prepareMachine,
} from '../../../../orchestrator/core/machine/index.ts';
import { machine } from './machines.ts';

function problemsOf(config: object, implementations: object = {}): readonly MachineProblem[] {
  try {
    prepareMachine(machine(config, implementations));
    return [];
  } catch (error) {
    if (!(error instanceof MachineNotDurableError)) throw error;
    return error.problems;
  }
}

const inA = (a: object, rest: object = {}) => ({ initial: 'a', states: { a, b: {} }, ...rest });
const within = (states: object, rest: object = {}) => ({
  initial: 'a',
  states: { a: { initial: 'x', states: { x: {}, ...states }, ...rest }, b: {} },
});

test.each<[what: string, config: object, path: string, problem: RegExp, implementations?: object]>([
  [
    'a history state whose target is not a state',
    within({ h: { type: 'history', target: 'gone' } }),
    'states.a.states.h.target',
    /no state 'gone'/,
  ],
  [
    'a history state whose target is not an id',
    within({ h: { type: 'history', target: '#gone' } }),
    'states.a.states.h.target',
    /no state '#gone'/,
  ],
  [
    'anything that a history state would do',
    within({ h: { type: 'history', entry: () => undefined } }),
    'states.a.states.h.entry',
    /never in a history state/,
  ],
  [
    'stateIn of no id',
    inA({ on: { GO: { guard: stateIn('#gone'), target: 'b' } } }),
    'states.a.on.GO[0].guard',
    /stateIn\("#gone"\) names a state/,
  ],
  [
    'stateIn of no value, within other guards',
    inA({ on: { GO: { guard: and([not(stateIn({ a: 'gone' }))]), target: 'b' } } }),
    'states.a.on.GO[0].guard',
    /stateIn\({"a":"gone"}\)/,
  ],
  [
    'stateIn of no value, in a guard by name',
    inA({}),
    'guards.there',
    /stateIn\("gone"\)/,
    { guards: { there: stateIn('gone') } },
  ],
  [
    'several targets that exclude each other',
    inA({ on: { GO: { target: ['a', 'b'] } } }),
    'states.a',
    /the targets #m\.a and #m\.b, which cannot be active together/,
  ],
  [
    'a wildcard within an event type',
    inA({ on: { 'order.*.paid': 'b' } }),
    'states.a.on.order.*.paid',
    /counts only alone/,
  ],
  ['a wildcard within a word', inA({ on: { 'order*': 'b' } }), 'states.a.on.order*', /counts only alone/],
  [
    'a transition on snapshots',
    inA({ on: { 'xstate.snapshot.w': 'b' } }),
    'states.a.on.xstate.snapshot.w',
    /sends no snapshots/,
  ],
  [
    'a transition on the start',
    inA({ on: { 'xstate.init': 'b' } }),
    'states.a.on.xstate.init',
    /offered to no transition/,
  ],
  [
    'a transition on a stop',
    inA({ on: { 'xstate.stop': 'b' } }),
    'states.a.on.xstate.stop',
    /takes no transition/,
  ],
  ['an endless delay', inA({ after: { Infinity: 'b' } }), 'states.a.after.Infinity', /not a duration/],
  ['a route to a state without an id', inA({ route: {} }), 'states.a.route', /this state has none/],
  ['onDone of the machine', inA({}, { onDone: { actions: [] } }), 'onDone', /has ended and takes no further/],
  ['a type that is none', inA({ type: 'orthogonal' }), 'states.a.type', /not a type of state/],
  [
    'states within a final state',
    inA({ type: 'final', states: { x: {} } }),
    'states.a.states',
    /never enters/,
  ],
  [
    'an async guard',
    inA({ on: { GO: { guard: async () => false, target: 'b' } } }),
    'states.a.on.GO[0].guard',
    /counts as true/,
  ],
  [
    'an async assign',
    inA({ entry: assign(async () => ({})) }),
    'states.a.entry[0]',
    /nothing that its promise resolves to/,
  ],
  [
    'sendTo a task by its id',
    inA({ invoke: { src: 'work', id: 'w' }, entry: sendTo('w', { type: 'X' }) }),
    'states.a.entry[0]',
    /'w', which is a task/,
  ],
  [
    'an action that is another name',
    inA({}),
    'actions.one',
    /not a function/,
    { actions: { one: 'two', two: () => undefined } },
  ],
  [
    'what XState does not know of a state',
    inA({ onEntry: 'x' }),
    'states.a.onEntry',
    /does not know 'onEntry' here/,
  ],
  [
    'what it does not know of a transition',
    inA({ on: { GO: { target: 'b', internal: true } } }),
    'states.a.on.GO[0].internal',
    /does not know 'internal' here/,
  ],
  [
    'what it does not know of an invoke',
    inA({ invoke: { src: 'work', data: {} } }),
    'states.a.invoke[0].data',
    /does not know 'data' here/,
  ],
  [
    'what it does not know of onDone of an invoke',
    inA({ invoke: { src: 'work', onDone: { target: 'b', in: 'a' } } }),
    'states.a.invoke[0].onDone[0].in',
    /does not know 'in' here/,
  ],
  ['what it does not know of a machine', inA({}, { strict: true }), 'strict', /does not know 'strict' here/],
])('%s is refused with its path and what to write instead', (_, config, path, problem, implementations) => {
  expect(problemsOf(config, implementations)).toEqual([
    { path, problem: expect.stringMatching(problem), instead: expect.stringMatching(/\w/) },
  ]);
});

test.each<[what: string, config: object]>([
  [
    'a history target by key, path or id',
    within({
      h: { type: 'history', target: 'x' },
      i: { type: 'history', target: '#m.a.x' },
      y: { initial: 'z', states: { z: {} } },
      j: { type: 'history', target: 'y.z' },
    }),
  ],
  [
    'stateIn by id, key and value',
    inA({
      on: {
        GO: [
          { guard: stateIn('#m.b'), target: 'b' },
          { guard: stateIn('b'), target: 'b' },
          { guard: stateIn({ a: {} }), target: 'b' },
        ],
      },
    }),
  ],
  [
    'targets in several regions',
    {
      initial: 'a',
      states: {
        a: { on: { GO: { target: ['p.x', 'p.y'] } } },
        p: { type: 'parallel', states: { x: {}, y: {} } },
      },
    },
  ],
  ['wildcards at the end', inA({ on: { '*': 'b', 'order.*': 'b', 'xstate.done.actor.*': 'b' } })],
  [
    'output of final states that the machine passes on',
    inA(
      {},
      {
        states: { a: { type: 'final', output: 1 } },
        output: ({ event }: { event: { output: unknown } }) => event.output,
      },
    ),
  ],
  [
    'types, schemas and descriptions',
    inA({ description: 'a' }, { types: {}, schemas: {}, description: 'm', version: '1' }),
  ],
  [
    'sendTo and forwardTo a machine by its id',
    inA({
      invoke: { src: createMachine({ id: 'child' }), id: 'w' },
      entry: [sendTo('w', { type: 'X' }), forwardTo('w')],
    }),
  ],
])('%s: accepted', (_, config) => {
  expect(problemsOf(config)).toEqual([]);
});

test('code written for XState v4 gets an error that names the replacement', () => {
  const [problem] = problemsOf(inA({ on: { GO: { target: 'b', in: '#m.b' } } }));
  expect(problem?.instead).toBe('write guard: stateIn(…)');
});

import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { given, testCloud } from '../../testing/index.ts';
import { worker } from '../../workers/index.ts';

const machine = setup({ actors: { charge: worker<null, number>() } }).createMachine({
  id: 'shop',
  initial: 'open',
  states: {
    open: { on: { GO: 'charging' } },
    charging: { invoke: { src: 'charge', input: null, onDone: 'over' } },
    over: { type: 'final' },
  },
});

/** As code in JavaScript has them. */
const untyped = (value: unknown) => value as never;
const cloudOf = (options: unknown) => testCloud([machine], { charge: () => 1 }, untyped(options));
const givenPast = (...entries: unknown[]) => given(machine, untyped(entries));

const settings: readonly [name: string, make: () => unknown, message: string][] = [
  ['an option of the cloud', () => cloudOf({ sede: 1 }), "did you mean 'seed'?"],
  ['a seed that is a text', () => cloudOf({ seed: 'abc' }), "seed is 'abc'"],
  ['an ARN of an activity', () => cloudOf({ activities: ['a:b'] }), 'give names of activities'],
  ['no events at most', () => cloudOf({ maxEvents: 0 }), 'maxEvents is 0'],
  ['a start time that is a text', () => cloudOf({ startTime: '2026-01-01' }), 'give a valid Date'],
  ['a start time that is no time', () => cloudOf({ startTime: new Date(Number.NaN) }), 'give a valid Date'],
  ['a fault', () => cloudOf({}).inject('charge', untyped({ takez: '1m' })), "did you mean 'takes'?"],
  ['no fault', () => cloudOf({}).inject('charge', untyped(null)), "the fault null: give 'timeOut'"],
  [
    'a fault with an error that does not exist',
    () => cloudOf({}).inject('charge', { error: 'States.Timout' }),
    "inject(): no error has the name 'States.Timout': did you mean 'States.Timeout'?",
  ],
  ['a fault without an error', () => cloudOf({}).inject('charge', untyped({})), 'the fault {}'],
  [
    'a fault whose error has no name',
    () => cloudOf({}).inject('charge', untyped({ error: { message: 'x' } })),
    'the fault',
  ],
  [
    'a fault whose error is a number',
    () => cloudOf({}).inject('charge', untyped({ error: 5 })),
    'the fault { error: 5 }',
  ],
  ['a machine in place of a list', () => testCloud(untyped(machine)), 'give a list, as in [order]'],
  ['no machines', () => testCloud(untyped(null)), 'is given null as machines'],
  ['a name among the machines', () => testCloud(untyped(['shop'])), 'is given "shop" as machine 0'],
  ['a list of workers', () => testCloud([machine], untyped([])), 'is given [] as workers'],
  [
    'a worker that is not a function',
    () => testCloud([machine], untyped({ charge: 5 })),
    "The worker 'charge' of testCloud() is 5",
  ],
  ['a deployment of one machine', () => cloudOf({}).deploy(untyped({ machines: machine })), 'give a list'],
  ['a past that is not a list', () => given(machine, untyped(null)), 'is given null as the past'],
  ['a machine that is a name', () => given(untyped('shop')), 'is given "shop" as machine 0'],
  [
    'an expectation of undefined',
    () =>
      given(machine)
        .when({ start: untyped(null) })
        .then(untyped({ state: undefined })),
    'Nothing is expected',
  ],
  ['a deployment', () => cloudOf({}).deploy(untyped({ machine: [machine] })), "did you mean 'machines'?"],
  ['a start entry', () => givenPast({ start: null, inputs: 1 }), "there is no option 'inputs'"],
  ['an event entry', () => givenPast({ start: null }, { event: { type: 'GO' }, tasks: 1 }), "'tasks'"],
  [
    'a worker entry',
    () => givenPast({ start: null }, { event: { type: 'GO' } }, { worker: 'charge', ouput: 1 }),
    "did you mean 'output'?",
  ],
];

describe('the test kit refuses an unknown or mistyped setting:', () => {
  it.each(settings)('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

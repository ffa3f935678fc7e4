import { describe, expect, it } from 'vitest';
import { createMachine, fromPromise, setup } from 'xstate';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { each, eachFromFile, lambda, withPolicy, worker } from '../../../workers/index.ts';

/** As code in JavaScript, or behind a cast, gives it. */
const odd = (value: unknown) => value as never;

describe('a setting that there is not is refused, and the nearest one named: that of', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a worker', () => worker(odd({ timout: '30s' })), /no option 'timout': did you mean 'timeout'\?/],
    ['a worker, letters swapped', () => worker(odd({ tiemout: '30s' })), /did you mean 'timeout'\?/],
    ['a worker, in another case', () => worker(odd({ heartBeat: '30s' })), /did you mean 'heartbeat'\?/],
    [
      'a worker, unlike any',
      () => worker(odd({ memory: 1 })),
      /no option 'memory': there are timeout, heartbeat/,
    ],
    ['a worker given a text', () => worker(odd('30s')), /the options are a string: give an object/],
    ['a worker given null', () => worker(odd(null)), /the options are null/],
    ['a worker given a list', () => worker(odd([])), /the options are a list/],
    ['a retry policy', () => worker({ retry: odd({ maxAttempt: 3 }) }), /did you mean 'maxAttempts'\?/],
    [
      'a retry policy of several',
      () => worker({ retry: [{}, odd({ intervall: 3 })] }),
      /did you mean 'interval'\?/,
    ],
    ['a retry policy that is a number', () => worker({ retry: odd(3) }), /the options are a number/],
    ['the jitter', () => worker({ retry: { jitter: odd('ful') } }), /jitter is 'ful': did you mean 'full'\?/],
    ['the backoff', () => worker({ retry: { backoffRate: odd('2') } }), /backoffRate is 2: give a number/],
    [
      'waitForResult',
      () => worker({ waitForResult: odd('yes') }),
      /waitForResult is 'yes': give one of true and false/,
    ],
    ['once', () => worker({ once: odd(1) }), /once is 1: give one of true and false/],
    ['the name of a worker', () => worker({ worker: odd(5) }), /worker is not the name of a function/],
    ['an empty name', () => worker({ worker: '' }), /worker is not the name of a function/],
    ['each', () => each(worker(), odd({ concurency: 5 })), /did you mean 'concurrency'\?/],
    [
      'eachFromFile',
      () => eachFromFile(worker(), odd({ tolerateFailure: 1 })),
      /did you mean 'tolerateFailures'\?/,
    ],
    ['lambda', () => lambda('f', odd({ timeuot: 1 })), /did you mean 'timeout'\?/],
    ['lambda, of a worker', () => lambda('f', odd({ heartbeat: 1 })), /use worker\(\)/],
    ['withPolicy given null', () => withPolicy(worker(), odd(null)), /the options are null/],
    ['lambda given null', () => lambda('f', odd(null)), /the options are null/],
    ['withPolicy', () => withPolicy(worker(), odd({ retri: {} })), /did you mean 'retry'\?/],
    [
      'withPolicy of a promise',
      () =>
        withPolicy(
          fromPromise(async () => 1),
          odd({ timout: 1 }),
        ),
      /'timout'/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it.each<[string, object, RegExp]>([
    ['meta.millrace', { meta: { millrace: { timout: '1h' } } }, /meta\.millrace: .*did you mean 'timeout'\?/],
    [
      'meta.millrace that is a text',
      { meta: { millrace: '1h' } },
      /meta\.millrace: the options are a string/,
    ],
    [
      'heldEvents',
      { meta: { millrace: { heldEvents: { maximum: 3, max: 4 } } } },
      /heldEvents: there is no option 'max'/,
    ],
    [
      'heldEvents that is a text',
      { meta: { millrace: { heldEvents: 'yes' } } },
      /heldEvents is neither true nor/,
    ],
    [
      'an inner state',
      { initial: 'a', states: { a: { meta: { millrace: { timeout: '1h' } } } } },
      /states\.a\.meta\.millrace: settings of Millrace apply to the whole machine, not to a state/,
    ],
    ['a transition', { on: { GO: { meta: { millrace: {} } } } }, /on\.GO\[0\]\.meta\.millrace/],
    [
      'the kind of history',
      {
        initial: 'a',
        states: { a: { initial: 'b', states: { b: {}, h: { type: 'history', history: 'deeep' } } } },
      },
      /states\.a\.states\.h\.history: it is 'deeep': did you mean 'deep'\?/,
    ],
    [
      'a list of names in after',
      { initial: 'a', states: { a: { after: { 1000: ['b'] } }, b: {} } },
      /states\.a\.after\.1000\[0\]: XState ignores .* Instead: write \{ target: 'b' \}/,
    ],
    [
      'a list with a name among others in after',
      { initial: 'a', states: { a: { after: { 1000: [{ target: 'b' }, 'b'] } }, b: {} } },
      /states\.a\.after\.1000\[1\]/,
    ],
    ['reenter', { on: { GO: { reenter: 'yes' } } }, /on\.GO\[0\]\.reenter: it is not a boolean/],
    [
      'a key of a state',
      { initial: 'a', states: { a: { entri: [] } } },
      /states\.a\.entri: .* Instead: write entry/,
    ],
    ['a key of a transition', { on: { GO: { tagret: '.a' } } }, /tagret: .* Instead: write target/],
    ['a key of an invoke', { invoke: { src: 'x', onDon: '.a' } }, /onDon: .* Instead: write onDone/],
  ])('%s', (_, config, message) => {
    expect(() => prepareMachine(createMachine({ id: 'm', ...config }))).toThrow(message);
  });

  it('a worker that was made elsewhere is refused at registration, with its path', () => {
    const logic = worker();
    for (const key of Object.getOwnPropertySymbols(logic)) {
      if (key.description === 'millrace.taskPolicy') Object.assign(logic, { [key]: { timout: 1 } });
    }
    const machine = setup({ actors: { charge: logic } }).createMachine({
      id: 'm',
      invoke: { src: 'charge' },
    });
    expect(() => prepareMachine(machine)).toThrow(/actors\.charge: .*did you mean 'timeout'\?/);
  });
});

it('settings that there are, are taken', () => {
  const machine = setup({
    actors: {
      a: worker({
        timeout: 10_000,
        heartbeat: '5s',
        retry: [
          { errors: ['A'], maxAttempts: 2, interval: 0, backoffRate: 1, maxDelay: '1m', jitter: 'full' },
        ],
        worker: 'b',
      }),
      c: worker({ waitForResult: true, startTimeout: '10s', once: true }),
      d: each(worker(), { concurrency: 3, tolerateFailures: '10%' }),
      e: eachFromFile(worker(), {}),
      f: lambda('f', { timeout: '5s', retry: {} }),
    },
  }).createMachine({
    id: 'm',
    meta: { millrace: { timeout: '1h', heldEvents: { maximum: 3 } }, note: 'mine' },
    initial: 'a',
    states: {
      a: {
        meta: { color: 'red' },
        initial: 'b',
        after: { 1000: [{ target: 'z' }], 2000: 'z' },
        on: { ONE: ['z'], TWO: { target: 'z', reenter: true } },
        states: {
          b: {},
          h: { type: 'history', history: 'deep' },
          s: { type: 'history', history: true as never },
        },
      },
      z: {},
    },
  });
  expect(prepareMachine(machine).id).toBe('m');
});

import { describe, expect, it } from 'vitest';
import { createMachine, fromPromise, raise, setup } from 'xstate';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import {
  defineWorker,
  each,
  eachFromFile,
  errorIs,
  lambda,
  withPolicy,
  worker,
} from '../../../workers/index.ts';

/** As code in JavaScript, or behind a cast, gives it. */
const odd = (value: unknown) => value as never;

describe('an unknown setting is refused, and the nearest one is named: that of', () => {
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
    ['the backoff', () => worker({ retry: { backoffRate: odd('2') } }), /backoffRate is "2": give a number/],
    [
      'waitForResult',
      () => worker({ waitForResult: odd('yes') }),
      /waitForResult is 'yes': give one of true and false/,
    ],
    ['once', () => worker({ once: odd(1) }), /once is 1: give one of true and false/],
    ['the name of a worker', () => worker({ worker: odd(5) }), /worker is 5: give the name of a worker/],
    ['an empty name', () => worker({ worker: '' }), /worker is "": give the name of a worker/],
    ['a name that no function can have', () => worker({ worker: 'a b' }), /worker is "a b"/],
    ['a name that is too long', () => worker({ worker: 'x'.repeat(41) }), /1 to 40 letters/],
    ['a BigInt as a duration', () => worker({ timeout: odd(5n) }), /5n is not a duration/],
    ['a function as a duration', () => worker({ timeout: odd(() => 1) }), /Function.* is not a duration/],
    ['a BigInt among error names', () => worker({ retry: { errors: odd([5n]) } }), /errors is \[ 5n \]/],
    ['an empty error name', () => worker({ retry: { errors: [''] } }), /errors is \[ '' \]/],
    ['a BigInt as attempts', () => worker({ retry: { maxAttempts: odd(5n) } }), /maxAttempts is 5n/],
    ['errorIs without a name', () => Reflect.apply(errorIs, undefined, []), /errorIs\(\) is given \[\]/],
    ['errorIs of a list', () => errorIs(odd(['A', 'B'])), /errorIs\(\) is given \[ \[ 'A', 'B' \] \]/],
    [
      'defineWorker of an object',
      () => defineWorker(odd({ run: 1 })),
      /defineWorker\(\) is given \{ run: 1 \}/,
    ],
    ['lambda of a name with a space', () => lambda('a b'), /lambda\(\) is given "a b"/],
    [
      'lambda of an ARN of something else',
      () => lambda('arn:aws:sqs:eu-west-1:123456789012:q'),
      /lambda\(\) is given/,
    ],
    ['lambda of a name that is too long', () => lambda('f'.repeat(65)), /lambda\(\) is given/],
    ['withPolicy of nothing', () => withPolicy(odd(undefined), {}), /takes a worker\(\) or a fromPromise/],
    ['withPolicy without a policy', () => withPolicy(worker(), odd(undefined)), /takes a policy, too/],
    [
      'withPolicy of a machine',
      () => withPolicy(odd(createMachine({ id: 'c' })), { timeout: '5s' }),
      /takes a worker\(\) or a fromPromise/,
    ],
    [
      'withPolicy of each()',
      () => withPolicy(odd(each(worker())), { timeout: '5s' }),
      /each\(\) its policy itself/,
    ],
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
    ['chain that is a BigInt', { meta: { millrace: { chain: 5n } } }, /meta\.millrace\.chain: 5n is neither/],
    ['a timeout that is a BigInt', { meta: { millrace: { timeout: 5n } } }, /timeout: 5n is not a duration/],
    ['a timeout of 0', { meta: { millrace: { timeout: 0 } } }, /timeout: 0 leaves an execution no time/],
    ["a timeout of '0s'", { meta: { millrace: { timeout: '0s' } } }, /"0s" leaves an execution no time/],
    ['a negative timeout', { meta: { millrace: { timeout: -1 } } }, /timeout: -1 is not a duration/],
    ['a checkpoint of 0', { meta: { millrace: { checkpoint: { every: 0 } } } }, /from 1 ms to 1 minute/],
    [
      'a checkpoint that is a BigInt',
      { meta: { millrace: { checkpoint: 5n } } },
      /checkpoint: 5n is neither/,
    ],
    [
      'an option of the machine',
      { options: { maxIteration: 5 } },
      /options: .*did you mean 'maxIterations'\?/,
    ],
    ['maxIterations of 0', { options: { maxIterations: 0 } }, /options\.maxIterations: it is 0/],
    ['maxIterations without end', { options: { maxIterations: Number.POSITIVE_INFINITY } }, /it is Infinity/],
    ['maxIterations that is a text', { options: { maxIterations: '5' } }, /it is "5"/],
    ['a state that is a text', { initial: 'a', states: { a: 'b', b: {} } }, /states\.a: "b" is not a state/],
    [
      'an inner state that is a list',
      { initial: 'a', states: { a: { initial: 'c', states: { c: [] } } } },
      /states\.a\.states\.c: \[\] is not a state/,
    ],
    ['after that is a number', { after: 5 }, /after: it is 5/],
    ['on that is a number', { on: 5 }, /on: it is 5/],
    ['an empty delay', { after: { '': {} } }, /after\.: '' is not a duration/],
    ['a target that is a number', { on: { GO: { target: 5 } } }, /'GO' has the target 5/],
    ['a tag that is a number', { tags: ['a', 5] }, /tags: 5 is not a tag/],
    [
      'an id of a state that is a number',
      { initial: 'a', states: { a: { id: 5 } } },
      /states\.a\.id: it is 5/,
    ],
    [
      'an async input',
      { invoke: { src: 'x', input: async () => 1 } },
      /invoke\.input: the function is async/,
    ],
    ['an async output', { output: async () => 1 }, /output: the function is async/],
    ['an async context', { context: async () => ({}) }, /context: the function is async/],
    ['async params', { entry: { type: 'act', params: async () => ({}) } }, /params: the function is async/],
    [
      'an async delay of raise',
      { entry: raise({ type: 'X' }, { delay: (async () => 5) as never }) },
      /delay: the function is async/,
    ],
  ])('%s', (_, config, message) => {
    const implementations = { actions: { act: () => undefined } };
    expect(() => prepareMachine(createMachine({ id: 'm', ...config }, implementations))).toThrow(message);
  });

  it('a negative delay is only a warning: XState takes it for 0, as it takes one that is computed', () => {
    const states = {
      a: { after: { '-5': 'b', soon: 'b', late: 'b' }, entry: raise({ type: 'X' }, { delay: -1 }) },
      b: {},
    };
    const delays = { soon: -1000, late: () => -1 };
    const { warnings } = prepareMachine(createMachine({ id: 'm', initial: 'a', states }, { delays }));
    expect(warnings.map(({ path, problem }) => `${path}: ${problem}`).sort()).toEqual([
      'delays.soon: a delay of -1000 ms is negative, and XState takes it for 0',
      'states.a.after.-5: a delay of -5 ms is negative, and XState takes it for 0',
      'states.a.entry[0]: a delay of -1 ms is negative, and XState takes it for 0',
    ]);
  });

  it('an async delay by name', () => {
    const machine = createMachine({ id: 'm' }, { delays: { later: odd(async () => 5) } });
    expect(() => prepareMachine(machine)).toThrow(/delays\.later: the function is async/);
  });

  it('an id that is not a string', () => {
    expect(() => prepareMachine(createMachine({ id: odd(5) }), { name: 'm' })).toThrow(/id: it is 5/);
  });

  it('but not an action that is async, whatever its name, nor an actor, nor what meta has', () => {
    const done = async () => undefined;
    const prepared = prepareMachine(
      createMachine(
        { id: 'm', meta: { delay: done }, entry: ['input', done], invoke: { src: fromPromise(done) } },
        { actions: { input: done }, actors: { output: fromPromise(done) } },
      ),
    );
    expect(prepared.warnings).toEqual([]);
  });

  it('but meta of the author is only a warning, where its name is like Millrace’s', () => {
    const { warnings } = prepareMachine(
      createMachine({ id: 'm', meta: { milrace: { chain: true }, other: 1 } }),
    );
    expect(warnings).toMatchObject([
      { path: 'meta.milrace', instead: 'write millrace, if these are its settings' },
    ]);
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

it.each([
  'f',
  'f:live',
  'f:$LATEST',
  'f:$LATEST.PUBLISHED',
  '123456789012:function:f',
  'arn:aws:lambda:eu-west-1:123456789012:function:f:7',
  'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f',
  'arn:aws-iso-b:lambda:us-isob-east-1:123456789012:function:f',
  'arn:aws-eusc:lambda:eusc-de-east-1:123456789012:function:f',
])('lambda() takes %s', (name) => {
  expect(() => lambda(name)).not.toThrow();
});

it('eachFromFile() may say that it has no outcomes', () => {
  const from = (outcomesInError: boolean) => eachFromFile(worker(), odd({ outcomesInError }));
  expect(prepareMachine(setup({ actors: { e: from(false) } }).createMachine({ id: 'm' })).id).toBe('m');
  const refused = setup({ actors: { e: from(true) } }).createMachine({ id: 'm' });
  expect(() => prepareMachine(refused)).toThrow(/in the files of results\. Instead/);
});

import { describe, expect, it } from 'vitest';
import {
  assess,
  checkDefinition,
  convertDefinition,
  convertText,
  itemReader,
  itemStates,
  loadDefinition,
  machineFromText,
  machineOf,
  priceOf,
  resource,
  resultWriter,
  states,
  testState,
  validate,
} from '../../asl/index.ts';

const definition = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const text = JSON.stringify(definition);
const request = { definition: JSON.stringify({ Type: 'Pass', End: true }) };
/** Options as code in JavaScript has them. */
const untyped = (options: object) => options as never;

const calls: readonly [name: string, call: (options: never) => unknown, given: object, message: string][] = [
  ['machineOf', (given) => machineOf(definition, given), { id: 'a', substitution: {} }, "'substitutions'"],
  ['machineOf', (given) => machineOf(definition, given), { id: 'a', type: 'EXPRES' }, "'EXPRESS'"],
  ['machineOf', (given) => machineOf(definition, given), { id: 'a', account: { regoin: 'x' } }, "'region'"],
  ['machineFromText', (given) => machineFromText(text, given), { id: 'a', task: 'mocked' }, "'tasks'"],
  ['machineFromText', (given) => machineFromText(text, given), { id: 'a', format: 'yml' }, "'yaml'"],
  ['convertText', (given) => convertText(text, 'json', given), { id: 'a', versoin: '1' }, "'version'"],
  ['convertDefinition', (given) => convertDefinition(definition, given), { id: 'a', tsaks: 1 }, "'tasks'"],
  ['loadDefinition', (given) => loadDefinition(text, 'json', given), { typ: 'EXPRESS' }, "'type'"],
  ['validate', (given) => validate(definition, given), { type: 'standard' }, "'STANDARD'"],
  ['checkDefinition', (given) => checkDefinition(text, 'json', given), { item: 5 }, "'items'"],
  ['assess', (given) => assess([], given), { taskSecond: 5 }, "'taskSeconds'"],
  ['priceOf', (given) => priceOf(definition, given), { item: 5 }, "'items'"],
  ['testState', (given) => testState(request as never, given), { sed: 'x' }, "'seed'"],
  [
    'resource',
    (given) => resource('arn:aws:lambda:us-east-1:1:function:a', given),
    { workr: 'a' },
    "'worker'",
  ],
  ['itemReader', (given) => itemReader(given), { workr: 'a' }, "'worker'"],
  ['resultWriter', (given) => resultWriter(given), { workr: 'a' }, "'worker'"],
  ['states', (given) => states(given), { id: 'a', actor: {} }, "'actors'"],
  ['states', (given) => states(given), { id: 'a', queryLanguage: 'JSONPaths' }, "'JSONPath'"],
  ['itemStates', (given) => itemStates(given), { id: 'a', guard: {} }, "'guards'"],
];

const makers = states({ id: 'a', actors: { A: resource('arn:aws:lambda:us-east-1:1:function:a') } });
const errors = ['States.ALL'];
const statesOf: readonly [name: string, make: (options: never) => unknown, given: object, message: string][] =
  [
    ['passState', (given) => makers.passState('A', given), { target: 'end', results: 1 }, "'result'"],
    [
      'taskState',
      (given) => makers.taskState('A', given),
      { target: 'end', timeOutSeconds: 5 },
      "'timeoutSeconds'",
    ],
    [
      'a retrier',
      (given) => makers.taskState('A', given),
      { target: 'end', retry: [{ errors, maxAttempt: 5 }] },
      "retry[0]: there is no option 'maxAttempt': did you mean 'maxAttempts'?",
    ],
    [
      'the jitter of a retrier',
      (given) => makers.taskState('A', given),
      { target: 'end', retry: [{ errors, jitter: 'FULLL' }] },
      "'FULL'",
    ],
    [
      'a catcher',
      (given) => makers.taskState('A', given),
      { target: 'end', catch: [{ errors, targt: 'end' }] },
      "catch[0]: there is no option 'targt': did you mean 'target'?",
    ],
    [
      'a choice',
      (given) => makers.choiceState('A', given),
      { choices: [{ gaurd: 'big', target: 'end' }] },
      "choices[0]: there is no option 'gaurd': did you mean 'guard'?",
    ],
    ['choiceState', (given) => makers.choiceState('A', given), { choices: [], default: 'end' }, "'default'"],
    ['waitState', (given) => makers.waitState('A', given), { target: 'end', second: 5 }, "'seconds'"],
    ['succeedState', (given) => makers.succeedState('A', given), { target: 'end', outputs: 5 }, "'output'"],
    ['failState', (given) => makers.failState('A', given), { causes: 'x' }, "'cause'"],
    [
      'parallelState',
      (given) => makers.parallelState('A', given),
      { target: 'end', branch: [] },
      "'branches'",
    ],
    [
      'mapState',
      (given) => makers.mapState('A', given),
      { target: 'end', maxConcurency: 5 },
      "'maxConcurrency'",
    ],
    [
      'a batcher',
      (given) => makers.mapState('A', given),
      { target: 'end', itemBatcher: { maxItemPerBatch: 5 } },
      "'maxItemsPerBatch'",
    ],
  ];

const withCall = { target: 'end' };
const valuesOf: readonly [name: string, make: (options: never) => unknown, given: object, message: string][] =
  [
    [
      'a timeout of 0',
      (given) => makers.taskState('A', given),
      { ...withCall, timeoutSeconds: 0 },
      'timeoutSeconds is 0: give a whole number of at least 1',
    ],
    [
      'a timeout of half a second',
      (given) => makers.taskState('A', given),
      { ...withCall, timeoutSeconds: 0.5 },
      'timeoutSeconds is 0.5: give a whole number of at least 1',
    ],
    [
      'a heartbeat of 0',
      (given) => makers.taskState('A', given),
      { ...withCall, heartbeatSeconds: 0 },
      'heartbeatSeconds is 0: give a whole number of at least 1',
    ],
    [
      'an interval of 0',
      (given) => makers.parallelState('A', given),
      { ...withCall, branches: [], retry: [{ errors, intervalSeconds: 0 }] },
      'retry[0]: intervalSeconds is 0: give a whole number of at least 1',
    ],
    [
      'a longest delay of 0',
      (given) => makers.taskState('A', given),
      { ...withCall, retry: [{ errors, maxDelaySeconds: 0 }] },
      'maxDelaySeconds is 0',
    ],
    [
      'a backoff rate below 1',
      (given) => makers.taskState('A', given),
      { ...withCall, retry: [{ errors, backoffRate: 0.5 }] },
      'backoffRate is 0.5: give a number of at least 1',
    ],
    [
      'negative seconds of a wait',
      (given) => makers.waitState('A', given),
      { ...withCall, seconds: -1 },
      'seconds is -1: give a whole number of at least 0',
    ],
    [
      'a negative concurrency',
      (given) => makers.mapState('A', given),
      { ...withCall, maxConcurrency: -1 },
      'maxConcurrency is -1',
    ],
    [
      'a tolerated percentage beyond 100',
      (given) => makers.mapState('A', given),
      { ...withCall, toleratedFailurePercentage: 101 },
      'toleratedFailurePercentage is 101: give a number from 0 to 100',
    ],
  ];

it.each(valuesOf)('a value that can only be a mistake is refused: %s', (_, make, given, message) => {
  expect(() => make(untyped(given))).toThrow(
    expect.objectContaining({ code: 'UnknownOption', message: expect.stringContaining(message) }),
  );
});

it('a state may handle the error that a Fail state raises, whatever its name', () => {
  const retry = [{ errors: ['States.QuorumMet'], maxAttempts: 0, backoffRate: 1.5, maxDelaySeconds: 1 }];
  expect(() => makers.parallelState('A', { target: 'end', branches: [], retry })).not.toThrow();
});

describe('names in ErrorEquals that no error has are a warning, as Step Functions takes them:', () => {
  const handling = (...names: readonly string[]) => ({
    StartAt: 'A',
    States: {
      A: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'States.QuorumMet' } } }],
        Retry: names.map((name) => ({ ErrorEquals: [name] })),
        Catch: [{ ErrorEquals: ['Mine', ...names], Next: 'Z' }],
        Next: 'Z',
      },
      Z: { Type: 'Succeed' },
    },
  });
  const problemsWith = (name: string) => {
    const { problems } = checkDefinition(JSON.stringify(handling(name)), 'json');
    return problems.map(({ severity, pointer, remedy }) => [severity, pointer, remedy]);
  };

  it.each([
    ['States.Timout', 'write "States.Timeout"'],
    ['States.TaskFail', 'write "States.TaskFailed"'],
    ['Millrace.InvocationLosst', 'write "Millrace.InvocationLost"'],
    ['States.Xyz', 'correct the name'],
  ])('%s', (name, remedy) => {
    expect(problemsWith(name)).toEqual([
      ['warning', '/States/A/Retry/0/ErrorEquals/0', remedy],
      ['warning', '/States/A/Catch/0/ErrorEquals/1', remedy],
    ]);
  });

  it.each([
    'States.Timeout',
    'States.QuorumMet',
    'States.Http.StatusCode.503',
    'Lambda.Unknown',
    '$'.concat('{Name}'),
  ])('but not %s', (name) => {
    expect(problemsWith(name)).toEqual([]);
  });
});

describe('an unknown or mistyped setting is refused, with the nearest known one:', () => {
  it.each(calls)('%s with %#', async (_, call, given, message) => {
    const made = async () => call(untyped(given));
    await expect(made()).rejects.toMatchObject({
      code: 'UnknownOption',
      message: expect.stringContaining(message),
    });
  });

  it.each(statesOf)('%s', async (_, make, given, message) => {
    const made = async () => make(untyped(given));
    await expect(made()).rejects.toMatchObject({
      code: 'UnknownOption',
      message: expect.stringContaining(message),
    });
  });
});

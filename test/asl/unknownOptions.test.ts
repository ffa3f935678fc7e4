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

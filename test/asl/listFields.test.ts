import { describe } from 'vitest';
import {
  B,
  caught,
  distributed,
  endAsTheySay,
  failing,
  inner,
  of,
  ofMap,
  pass,
  path,
  query,
  task,
} from './fieldRows.ts';

describe('fields of Amazon States Language: Parallel and Map', () => {
  endAsTheySay({
    'Branches work side by side, with results in their order': {
      definition: path({
        Type: 'Parallel',
        Branches: [inner({ Type: 'Wait', Seconds: 5 }), of({ J: { Type: 'Pass', Result: 2, End: true } })],
      }),
      input: 1,
      output: [1, 2],
      seconds: 5,
    },
    'Parallel takes Parameters, ResultSelector and ResultPath': {
      definition: path({
        Type: 'Parallel',
        Parameters: { 'x.$': '$.a' },
        Branches: [pass],
        ResultSelector: { 'first.$': '$[0].x' },
        ResultPath: '$.p',
      }),
      input: { a: 1 },
      output: { a: 1, p: { first: 1 } },
    },
    'Parallel takes Arguments and Output': {
      definition: query({
        Type: 'Parallel',
        Arguments: { x: '{% $states.input.a %}' },
        Branches: [pass],
        Output: '{% $states.result[0].x %}',
      }),
      input: { a: 1 },
      output: 1,
    },
    'Parallel has Retry and Catch': {
      definition: path(
        { Type: 'Parallel', Branches: [failing], Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }], ...caught },
        B,
      ),
      errors: ['E', 'E'],
      output: { Error: 'E', Cause: 'it is E' },
    },
    'ItemProcessor works on each item of the input': {
      definition: path(ofMap),
      input: [1, 2],
      output: [1, 2],
    },
    'Iterator is the older name of ItemProcessor': {
      definition: path({ Type: 'Map', Iterator: pass }),
      input: [1],
      output: [1],
    },
    'ItemsPath leads to the list': {
      definition: path({ ...ofMap, ItemsPath: '$.l' }),
      input: { l: [1] },
      output: [1],
    },
    'Items is the list': {
      definition: query({ ...ofMap, Items: '{% $states.input.l %}' }),
      input: { l: [1, 2] },
      output: [1, 2],
    },
    'ItemSelector makes the input of each item': {
      definition: path({
        ...ofMap,
        ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' },
      }),
      input: ['a'],
      output: [{ v: 'a', i: 0 }],
    },
    'ItemSelector in JSONata makes the input of each item': {
      definition: query({ ...ofMap, ItemSelector: { v: '{% $states.context.Map.Item.Value %}' } }),
      input: ['a'],
      output: [{ v: 'a' }],
    },
    'Parameters of a Map state are the older name of ItemSelector': {
      definition: path({ ...ofMap, Parameters: { 'v.$': '$$.Map.Item.Value' } }),
      input: ['a'],
      output: [{ v: 'a' }],
    },
    'ItemBatcher puts items together': {
      definition: path({ ...ofMap, ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { k: 1 } } }),
      input: [1, 2, 3],
      output: [
        { BatchInput: { k: 1 }, Items: [1, 2] },
        { BatchInput: { k: 1 }, Items: [3] },
      ],
    },
    'MaxConcurrency bounds the items in work': {
      definition: path({ ...ofMap, MaxConcurrency: 1, ItemProcessor: inner({ Type: 'Wait', Seconds: 5 }) }),
      input: [1, 2],
      output: [1, 2],
      seconds: 10,
    },
    'MaxConcurrencyPath bounds them from the input': {
      definition: path({
        ...ofMap,
        ItemsPath: '$.l',
        MaxConcurrencyPath: '$.m',
        ItemProcessor: inner({ Type: 'Wait', Seconds: 5 }),
      }),
      input: { l: [1, 2], m: 1 },
      output: [1, 2],
      seconds: 10,
    },
    'ToleratedFailureCount lets items of a distributed Map fail': {
      definition: path({
        Type: 'Map',
        ItemProcessor: distributed,
        ToleratedFailureCount: 1,
        ResultPath: null,
      }),
      input: [1, 2],
      errors: ['E'],
      output: [1, 2],
    },
    'ToleratedFailureCountPath takes it from the input': {
      definition: path({
        Type: 'Map',
        ItemsPath: '$.l',
        ItemProcessor: distributed,
        ToleratedFailureCountPath: '$.n',
        ResultPath: null,
      }),
      input: { l: [1, 2], n: 0 },
      errors: ['E'],
      error: ['States.ExceedToleratedFailureThreshold'],
    },
    'ToleratedFailurePercentage is a part of the items': {
      definition: path({
        Type: 'Map',
        ItemProcessor: distributed,
        ToleratedFailurePercentage: 50,
        ResultPath: null,
      }),
      input: [1, 2],
      errors: ['E'],
      output: [1, 2],
    },
    'ToleratedFailurePercentagePath takes it from the input': {
      definition: path({
        Type: 'Map',
        ItemsPath: '$.l',
        ItemProcessor: distributed,
        ToleratedFailurePercentagePath: '$.p',
        ResultPath: null,
      }),
      input: { l: [1, 2], p: 10 },
      errors: ['E'],
      error: ['States.ExceedToleratedFailureThreshold'],
    },
    'ToleratedFailureCount and ToleratedFailurePercentage both hold: the percentage is exceeded': {
      definition: path({
        Type: 'Map',
        ItemProcessor: distributed,
        ToleratedFailureCount: 2,
        ToleratedFailurePercentage: 10,
      }),
      input: [1, 2],
      errors: ['E'],
      error: ['States.ExceedToleratedFailureThreshold'],
    },
    'ToleratedFailureCount and ToleratedFailurePercentage both hold: the count is exceeded': {
      definition: path({
        Type: 'Map',
        ItemProcessor: distributed,
        ToleratedFailureCount: 1,
        ToleratedFailurePercentage: 100,
      }),
      input: [1, 2, 3],
      errors: ['E', 'E'],
      error: ['States.ExceedToleratedFailureThreshold'],
    },
    'A number that JSON does not have is a failure that a Catch handles': {
      definition: path(
        { ...task, Parameters: { 'sum.$': 'States.MathAdd($.most, $.most)' }, ...caught },
        { B: { Type: 'Pass', OutputPath: '$.Error', End: true } },
      ),
      input: { most: 1e308 },
      output: 'States.IntrinsicFailure',
    },
    'ProcessorConfig says that a Map is distributed, and Label changes nothing': {
      definition: path({ Type: 'Map', ItemProcessor: distributed, Label: 'each' }),
      input: { a: 1 },
      output: [{ Key: 'a', Value: 1 }],
    },
    'Map has Retry and Catch': {
      definition: path(
        { Type: 'Map', ItemProcessor: failing, Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }], ...caught },
        B,
      ),
      input: [1],
      errors: ['E', 'E'],
      output: { Error: 'E', Cause: 'it is E' },
    },
    'Map has ResultSelector, and in JSONata Output': {
      definition: of({
        A: { ...ofMap, ResultSelector: { 'first.$': '$[0]' }, Next: 'C' },
        C: {
          ...ofMap,
          QueryLanguage: 'JSONata',
          Items: ['{% $states.input.first %}'],
          Output: '{% $states.result[0] + 1 %}',
          End: true,
        },
      }),
      input: [1],
      output: 2,
    },
  });
});

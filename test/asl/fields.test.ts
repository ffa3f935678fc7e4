import { describe, expect, it } from 'vitest';
import { machineOf, readDefinition, tasksOf } from '../../asl/index.ts';
import type { Json, JsonObject } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';

type Fields = { readonly [key: string]: Json };

interface Row {
  readonly definition: JsonObject;
  readonly input?: Json;
  /** The names of the errors of tasks that fail, one after the other. */
  readonly errors?: readonly string[];
  /** The error of the execution, or its cause. */
  readonly output?: Json;
  readonly error?: readonly [name: string, message?: string];
  /** Seconds that it takes. */
  readonly seconds?: number;
  readonly status?: string;
}

const of = (states: Fields, more: Fields = {}): JsonObject => ({
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...more,
});
/** One state, and what comes after it. */
const path = (state: Fields, more: Fields = {}) => of({ A: { End: true, ...state }, ...more });
const query = (state: Fields, more: Fields = {}) =>
  of({ A: { End: true, ...state }, ...more }, { QueryLanguage: 'JSONata' });
const ending = (state: Fields) => of({ A: state });
const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f' };
const inner = (state: Fields): Json => of({ I: { End: true, ...state } });
const pass = inner({ Type: 'Pass' });
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] };
const B: Fields = { B: { Type: 'Pass', End: true } };
const ofMap = { Type: 'Map', ItemProcessor: pass };
const failing = inner({ ...task });
const distributed: Json = { ...of({ I: { ...task, End: true } }), ProcessorConfig: { Mode: 'DISTRIBUTED' } };
const tooLong = "{% $pad('', 300000, 'x') %}";

/** Tasks give what they get. */
const rows: Readonly<Record<string, Row>> = {
  'Comment changes nothing': {
    definition: { ...path({ Type: 'Pass', Comment: 'text' }), Comment: 'text', Version: '1.0' },
    input: 1,
    output: 1,
  },
  'StartAt and Next lead from state to state': {
    definition: {
      StartAt: 'Z',
      States: { A: { Type: 'Pass', End: true }, Z: { Type: 'Pass', Result: 2, Next: 'A' } },
    },
    output: 2,
  },
  'End ends the execution': { definition: path({ Type: 'Pass' }), input: { a: 1 }, output: { a: 1 } },
  'QueryLanguage of the definition holds for its states': {
    definition: query({ Type: 'Pass', Output: '{% $states.input.a + 1 %}' }),
    input: { a: 1 },
    output: 2,
  },
  'QueryLanguage of a state holds for it alone': {
    definition: of({
      A: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% {"b": $states.input.a} %}', Next: 'C' },
      C: { Type: 'Pass', Parameters: { 'c.$': '$.b' }, End: true },
    }),
    input: { a: 1 },
    output: { c: 1 },
  },
  'TimeoutSeconds of the definition ends an execution that takes too long': {
    definition: of({ A: { Type: 'Wait', Seconds: 50, End: true } }, { TimeoutSeconds: 5 }),
    status: 'TIMED_OUT',
  },
  'InputPath selects a part of the input': {
    definition: path({ Type: 'Pass', InputPath: '$.a' }),
    input: { a: 1 },
    output: 1,
  },
  'InputPath null gives an empty object': {
    definition: path({ Type: 'Pass', InputPath: null }),
    input: { a: 1 },
    output: {},
  },
  'OutputPath selects a part of the output': {
    definition: path({ Type: 'Pass', OutputPath: '$.a' }),
    input: { a: 1 },
    output: 1,
  },
  'Parameters are made from paths and intrinsic functions': {
    definition: path({
      Type: 'Pass',
      Parameters: { 'a.$': '$.x', 'b.$': "States.Format('{}!', $.x)", c: [true] },
    }),
    input: { x: 'y' },
    output: { a: 'y', b: 'y!', c: [true] },
  },
  'Result is the output of a Pass state': { definition: path({ Type: 'Pass', Result: [1] }), output: [1] },
  'ResultPath puts the result into the input': {
    definition: path({ Type: 'Pass', Result: 1, ResultPath: '$.a.b' }),
    input: { k: 0 },
    output: { k: 0, a: { b: 1 } },
  },
  'ResultPath null drops the result': {
    definition: path({ Type: 'Pass', Result: 1, ResultPath: null }),
    input: { k: 0 },
    output: { k: 0 },
  },
  'ResultSelector selects from the result of a task': {
    definition: path({ ...task, ResultSelector: { 'b.$': '$.a' } }),
    input: { a: 1 },
    output: { b: 1 },
  },
  'Assign sets variables from the result, in JSONPath': {
    definition: of({
      A: { ...task, Assign: { 'v.$': '$.a' }, Next: 'C' },
      C: { Type: 'Pass', Parameters: { 'got.$': '$v' }, End: true },
    }),
    input: { a: 1 },
    output: { got: 1 },
  },
  'Assign sets variables from the result, in JSONata': {
    definition: query(
      { ...task, Assign: { v: '{% $states.result.a %}' }, End: false, Next: 'C' },
      {
        C: { Type: 'Pass', Output: '{% $v %}', End: true },
      },
    ),
    input: { a: 1 },
    output: 1,
  },
  'Arguments are what a task gets': {
    definition: query({ ...task, Arguments: { x: '{% $states.input.a %}', y: 2 } }),
    input: { a: 1 },
    output: { x: 1, y: 2 },
  },
  'Output is made from the result': {
    definition: query({ ...task, Output: '{% $states.result.a & "!" %}' }),
    input: { a: 'x' },
    output: 'x!',
  },
  'Credentials are taken and have no effect': {
    definition: path({ ...task, Credentials: { RoleArn: 'arn:aws:iam::1:role/r' } }),
    input: 1,
    output: 1,
  },
  'TimeoutSeconds fails a task with States.Timeout': {
    definition: path({ ...task, TimeoutSeconds: 5, ...caught }, B),
    errors: ['late'],
    output: { Error: 'States.Timeout', Cause: '' },
  },
  'TimeoutSecondsPath is a timeout from the input': {
    definition: path({ ...task, TimeoutSecondsPath: '$.t', ...caught }, B),
    input: { t: 5 },
    errors: ['late'],
    output: { Error: 'States.Timeout', Cause: '' },
  },
  'TimeoutSeconds is a timeout from an expression': {
    definition: query({ ...task, TimeoutSeconds: '{% $states.input.t %}', ...caught }, B),
    input: { t: 5 },
    errors: ['late'],
    output: { Error: 'States.Timeout', Cause: '' },
  },
  'Retry tries again, with interval, backoff and a limit': {
    definition: path({
      ...task,
      Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 5, MaxAttempts: 2 }],
    }),
    input: 1,
    errors: ['E', 'E'],
    output: 1,
    seconds: 7,
  },
  'Catch leads to another state with the error': {
    definition: path({ ...task, Catch: [{ ErrorEquals: ['E'], ResultPath: '$.error', Next: 'B' }] }, B),
    input: { k: 1 },
    errors: ['E'],
    output: { k: 1, error: { Error: 'E', Cause: 'it is E' } },
  },
  'Catch in JSONata has an Output and Assign of its own': {
    definition: query(
      {
        ...task,
        Catch: [
          {
            ErrorEquals: ['E'],
            Assign: { v: '{% $states.errorOutput.Error %}' },
            Output: '{% $states.input.k %}',
            Next: 'C',
          },
        ],
      },
      { C: { Type: 'Pass', Output: ['{% $v %}', '{% $states.input %}'], End: true } },
    ),
    input: { k: 1 },
    errors: ['E'],
    output: ['E', 1],
  },
  'Choices and Default lead to a state': {
    definition: of({
      A: { Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: 2, Next: 'C' }], Default: 'B' },
      ...B,
      C: { Type: 'Fail' },
    }),
    input: { a: 1 },
    output: { a: 1 },
  },
  'And, Or and Not combine tests': {
    definition: of({
      A: {
        Type: 'Choice',
        Choices: [
          {
            And: [
              {
                Or: [
                  { Variable: '$.a', StringEquals: 'x' },
                  { Variable: '$.a', IsNumeric: true },
                ],
              },
              { Not: { Variable: '$.b', IsPresent: true } },
            ],
            Next: 'B',
          },
        ],
      },
      ...B,
    }),
    input: { a: 1 },
    output: { a: 1 },
  },
  'Condition is a JSONata expression': {
    definition: of(
      {
        A: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input.a > 0 %}', Output: '{% $states.input.a %}', Next: 'B' }],
        },
        ...B,
      },
      { QueryLanguage: 'JSONata' },
    ),
    input: { a: 1 },
    output: 1,
  },
  'A choice may have Assign and Output': {
    definition: of(
      {
        A: {
          Type: 'Choice',
          Choices: [{ Condition: '{% true %}', Assign: { v: 7 }, Output: 'o', Next: 'C' }],
        },
        C: { Type: 'Pass', Output: ['{% $v %}', '{% $states.input %}'], End: true },
      },
      { QueryLanguage: 'JSONata' },
    ),
    output: [7, 'o'],
  },
  'Assign of a choice in JSONPath sees the input': {
    definition: of({
      A: {
        Type: 'Choice',
        Choices: [{ Variable: '$.a', IsPresent: true, Assign: { 'v.$': '$.a' }, Next: 'C' }],
      },
      C: { Type: 'Pass', Parameters: { 'got.$': '$v' }, End: true },
    }),
    input: { a: 1 },
    output: { got: 1 },
  },
  'Seconds is how long a Wait state waits': {
    definition: path({ Type: 'Wait', Seconds: 90 }),
    input: 1,
    output: 1,
    seconds: 90,
  },
  'Seconds may be an expression': {
    definition: query({ Type: 'Wait', Seconds: '{% $states.input * 2 %}' }),
    input: 30,
    output: 30,
    seconds: 60,
  },
  'SecondsPath is how long, from the input': {
    definition: path({ Type: 'Wait', SecondsPath: '$.s' }),
    input: { s: 30 },
    output: { s: 30 },
    seconds: 30,
  },
  'Timestamp is until when a Wait state waits': {
    definition: path({ Type: 'Wait', Timestamp: '2026-01-01T00:01:00Z' }),
    input: 1,
    output: 1,
    seconds: 60,
  },
  'Timestamp may be an expression': {
    definition: query({ Type: 'Wait', Timestamp: '{% $states.input %}' }),
    input: '2026-01-01T00:01:00Z',
    output: '2026-01-01T00:01:00Z',
    seconds: 60,
  },
  'TimestampPath is until when, from the input': {
    definition: path({ Type: 'Wait', TimestampPath: '$.t' }),
    input: { t: '2026-01-01T00:01:00Z' },
    output: { t: '2026-01-01T00:01:00Z' },
    seconds: 60,
  },
  'Succeed ends the execution with InputPath and OutputPath': {
    definition: ending({ Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' }),
    input: { a: { b: 1 } },
    output: 1,
  },
  'Succeed ends the execution with Output': {
    definition: of(
      { A: { Type: 'Succeed', Output: '{% $states.input + 1 %}' } },
      { QueryLanguage: 'JSONata' },
    ),
    input: 1,
    output: 2,
  },
  'Error and Cause are those of the failed execution': {
    definition: ending({ Type: 'Fail', Error: 'E', Cause: 'c' }),
    error: ['E', 'c'],
  },
  'ErrorPath and CausePath take them from the input': {
    definition: ending({ Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('{}!', $.c)" }),
    input: { e: 'E', c: 'c' },
    error: ['E', 'c!'],
  },
  'Error and Cause may be expressions': {
    definition: of(
      { A: { Type: 'Fail', Error: "{% 'E' & $states.input %}", Cause: '{% "c" %}' } },
      { QueryLanguage: 'JSONata' },
    ),
    input: '1',
    error: ['E1', 'c'],
  },
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
  'ItemProcessor works on each item of the input': { definition: path(ofMap), input: [1, 2], output: [1, 2] },
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
    definition: path({ ...ofMap, ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' } }),
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
    definition: path({ Type: 'Map', ItemProcessor: distributed, ToleratedFailureCount: 1, ResultPath: null }),
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
  'The context object says where an execution is': {
    definition: path({
      Type: 'Pass',
      Parameters: {
        'a.$': '$$.Execution.Name',
        'b.$': '$$.State.Name',
        'c.$': '$$.StateMachine.Name',
        'd.$': '$$.Execution.Input.x',
      },
    }),
    input: { x: 1 },
    output: { a: 'e', b: 'A', c: 'm', d: 1 },
  },
  'States.NoChoiceMatched is raised where no choice matches': {
    definition: of({
      A: { Type: 'Choice', Choices: [{ Variable: '$.a', IsPresent: true, Next: 'B' }] },
      ...B,
    }),
    error: ['States.NoChoiceMatched'],
  },
  'States.ResultPathMatchFailure is raised where a result does not fit': {
    definition: path({ Type: 'Pass', Result: 1, ResultPath: '$.a' }),
    input: 'text',
    error: ['States.ResultPathMatchFailure'],
  },
  'States.QueryEvaluationError is raised by JSONata': {
    definition: query({ Type: 'Pass', Output: '{% $error("no") %}' }),
    error: ['States.QueryEvaluationError'],
  },
  'States.IntrinsicFailure is raised by intrinsic functions': {
    definition: path({ Type: 'Pass', Parameters: { 'a.$': "States.StringToJson('{')" } }),
    error: ['States.IntrinsicFailure'],
  },
  'States.Runtime is raised by a path that leads to nothing, and is not caught': {
    definition: path({ ...task, Parameters: { 'x.$': '$.missing' }, ...caught }, B),
    error: ['States.Runtime'],
  },
  'States.DataLimitExceeded is raised by more than 256 KB': {
    definition: query({ Type: 'Pass', Output: tooLong }),
    error: ['States.DataLimitExceeded'],
  },
  'States.DataLimitExceeded is raised by the output of a Task, beside its result': {
    definition: query({ ...task, Arguments: 1, Output: tooLong }),
    error: ['States.DataLimitExceeded'],
  },
  'States.DataLimitExceeded is raised by the output of a Parallel, beside its result': {
    definition: query({ Type: 'Parallel', Branches: [pass], Output: tooLong }),
    error: ['States.DataLimitExceeded'],
  },
  'States.DataLimitExceeded is raised by the output of a Map, beside its result': {
    definition: query({ ...ofMap, Items: [1], Output: tooLong }),
    error: ['States.DataLimitExceeded'],
  },
  'States.TaskFailed covers errors of tasks': {
    definition: path({ ...task, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'B' }] }, B),
    errors: ['E'],
    output: { Error: 'E', Cause: 'it is E' },
  },
  'States.ALL covers all but States.Runtime': {
    definition: path({ ...task, ...caught }, B),
    errors: ['E'],
    output: { Error: 'E', Cause: 'it is E' },
  },
};

async function run({ definition, input = {}, errors = [] }: Row) {
  const left = [...errors];
  const machine = machineOf(definition, { id: 'm', tasks: 'mocked' });
  const work = (given: unknown) => {
    const name = left.shift();
    if (name !== undefined && name !== 'late') throw Object.assign(new Error(`it is ${name}`), { name });
    return given;
  };
  const names = [...tasksOf(readDefinition(definition))].map((each) => each.path);
  const cloud = testCloud([machine], Object.fromEntries(names.map((name) => [name, work])));
  for (const name of errors.includes('late') ? names : []) cloud.inject(name, 'timeOut');
  const startedAt = cloud.now.getTime();
  const { executionId } = await cloud.start('m', { executionId: 'e', input });
  const found = await cloud.runToEnd(executionId);
  return { ...found, seconds: (cloud.now.getTime() - startedAt) / 1000 };
}

describe('fields of Amazon States Language', () => {
  it.each(Object.entries(rows))('%s', async (_, row) => {
    const { status, output, error, seconds } = await run(row);
    if (row.status !== undefined) expect(status).toBe(row.status);
    if (row.error !== undefined) {
      const [name, message] = row.error;
      expect({ status, name: error?.name }).toEqual({ status: 'FAILED', name });
      if (message !== undefined) expect(error?.message).toBe(message);
    }
    if (row.output !== undefined) expect({ output, error }).toEqual({ output: row.output, error: undefined });
    if (row.seconds !== undefined) expect(Math.floor(seconds)).toBeGreaterThanOrEqual(row.seconds);
    if (row.seconds !== undefined) expect(Math.floor(seconds)).toBeLessThanOrEqual(row.seconds + 4);
  });
});

import type { Sample } from './converted.ts';
import { done, failing, failingFirst, of, order, query, task } from './sampleStates.ts';

/** Definitions of states that do one thing, in both query languages, with all of their fields. */
export const stateSamples = {
  passOfPaths: {
    definition: of({
      A: { Type: 'Pass', Parameters: { 'id.$': '$.id', fixed: [1, 'x'] }, ResultPath: '$.copy', Next: 'B' },
      B: {
        Type: 'Pass',
        InputPath: '$.copy',
        Result: { n: 1, deep: { m: 'two' } },
        ResultPath: '$.result',
        Next: 'C',
      },
      C: {
        Type: 'Pass',
        Parameters: { 'n.$': '$.result.n', 'text.$': "States.Format('{}-{}', $.result.deep.m, $.result.n)" },
        OutputPath: '$.text',
        End: true,
      },
    }),
    input: order,
  },
  passOfExpressions: {
    definition: query({
      A: {
        Type: 'Pass',
        Assign: { count: 3, name: 'box', list: [1, 2] },
        Output: '{% $states.input.lines.price %}',
        Next: 'B',
      },
      B: {
        Type: 'Pass',
        Assign: { count: '{% $count + 1 %}' },
        Output: {
          sum: '{% $sum($states.input) %}',
          label: "{% $name & '!' %}",
          size: '{% $count($list) %}',
          big: '{% $count > 2 and $not(false) %}',
        },
        End: true,
      },
    }),
    input: order,
  },
  passOfConstants: {
    definition: query({
      A: {
        Type: 'Pass',
        Output: {
          a: '{% 1 + 2 * 3 %}',
          b: '{% \'x\' & "y" %}',
          c: '{% [1, "a"] %}',
          d: '{% {"k": -1} %}',
          e: null,
          f: '{% true ? "yes" : "no" %}',
        },
        End: true,
      },
    }),
  },
  taskOfPaths: {
    definition: of({
      A: task({
        InputPath: '$.lines',
        Parameters: { 'first.$': '$[0].price' },
        ResultSelector: { 'got.$': '$.done.first' },
        ResultPath: '$.task',
        OutputPath: '$.task',
        TimeoutSeconds: 20,
        End: true,
      }),
    }),
    input: order,
    tasks: () => ({ A: failingFirst() }),
  },
  taskOfExpressions: {
    definition: query({
      A: task({
        Arguments: { price: '{% $max($states.input.lines.price) %}', all: '{% $states.input %}' },
        Assign: { seen: '{% $states.result.done.price %}' },
        Output: '{% $states.result.done.price + 1 %}',
        TimeoutSeconds: '{% 10 * 2 %}',
        Next: 'B',
      }),
      B: { Type: 'Pass', Output: { seen: '{% $seen %}', before: '{% $states.input %}' }, End: true },
    }),
    input: order,
    tasks: () => ({ A: failingFirst() }),
  },
  retryAndCatch: {
    definition: of({
      A: task({
        Retry: [
          { ErrorEquals: ['E1'], IntervalSeconds: 2, MaxAttempts: 1 },
          {
            ErrorEquals: ['States.TaskFailed'],
            MaxAttempts: 2,
            BackoffRate: 1.5,
            MaxDelaySeconds: 3,
            JitterStrategy: 'FULL',
          },
        ],
        Catch: [
          { ErrorEquals: ['E3'], ResultPath: '$.error', Next: 'B' },
          { ErrorEquals: ['States.ALL'], Next: 'C' },
        ],
        Next: 'C',
      }),
      B: task({
        Retry: [
          { ErrorEquals: ['E1'], IntervalSeconds: 2, MaxAttempts: 1 },
          {
            ErrorEquals: ['States.TaskFailed'],
            MaxAttempts: 2,
            BackoffRate: 1.5,
            MaxDelaySeconds: 3,
            JitterStrategy: 'FULL',
          },
        ],
        End: true,
      }),
      C: done,
    }),
    input: { kept: 1 },
    tasks: () => ({ A: failing('E3'), B: failingFirst('E1', 'E2') }),
  },
  catchOfExpressions: {
    definition: query({
      A: task({
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Assign: { why: '{% $states.errorOutput.Cause %}' },
            Output: "{% $states.errorOutput.Error & '/' & $states.input.k %}",
            Next: 'B',
          },
        ],
        End: true,
      }),
      B: { Type: 'Pass', Output: ['{% $why %}', '{% $states.input %}'], End: true },
    }),
    input: { k: 'v' },
    tasks: () => ({ A: failing('Bad') }),
  },
  choiceOfPaths: {
    definition: of({
      A: {
        Type: 'Choice',
        Choices: [
          {
            And: [
              { Variable: '$.total', NumericGreaterThan: 500 },
              { Not: { Variable: '$.note', IsPresent: true } },
            ],
            Next: 'No',
          },
          {
            Or: [
              { Variable: '$.id', StringEquals: '7' },
              { Variable: '$.total', NumericGreaterThanPath: '$.id' },
            ],
            Assign: { from: 'choice' },
            Next: 'B',
          },
        ],
        Default: 'No',
      },
      B: { Type: 'Pass', Result: { n: 5 }, Next: 'D' },
      D: {
        Type: 'Choice',
        Choices: [
          {
            And: [
              { Variable: '$.n', NumericGreaterThan: 1 },
              { Variable: '$from', StringEquals: 'choice' },
            ],
            Next: 'Yes',
          },
        ],
        Default: 'No',
      },
      Yes: { Type: 'Pass', Parameters: { 'from.$': '$from' }, End: true },
      No: { Type: 'Fail' },
    }),
    input: order,
  },
  choiceOfExpressions: {
    definition: query({
      A: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.total > 1000 %}', Next: 'No' },
          {
            Condition: "{% $exists($states.input.id) and 'a' = 'a' %}",
            Output: { picked: '{% $states.input.id %}' },
            Next: 'Yes',
          },
        ],
        Default: 'No',
      },
      Yes: done,
      No: { Type: 'Fail' },
    }),
    input: order,
  },
  choiceWithoutMatch: {
    definition: of({
      A: { Type: 'Choice', Choices: [{ Variable: '$.total', NumericLessThan: 0, Next: 'B' }] },
      B: done,
    }),
    input: order,
  },
  waits: {
    definition: of({
      A: { Type: 'Wait', Seconds: 5, Next: 'B' },
      B: { Type: 'Wait', SecondsPath: '$.s', Next: 'C' },
      C: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', Next: 'D' },
      D: { Type: 'Wait', TimestampPath: '$.at', OutputPath: '$.s', Next: 'E' },
      E: {
        QueryLanguage: 'JSONata',
        Type: 'Wait',
        Seconds: '{% $states.input + 1 %}',
        Assign: { waited: '{% $states.input %}' },
        Output: '{% $states.input * 2 %}',
        End: true,
      },
    }),
    input: { s: 3, at: '2020-01-01T00:00:00Z' },
  },
  succeeds: {
    definition: of({ A: { Type: 'Succeed', InputPath: '$.lines', OutputPath: '$[1]' } }),
    input: order,
  },
  fails: { definition: of({ A: { Type: 'Fail', Error: 'Custom', Cause: 'It is so' } }) },
  failsByPath: {
    definition: of({ A: { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('because {}', $.c)" } }),
    input: { e: 'E', c: 'why' },
  },
  failsByExpression: {
    definition: query({
      A: { Type: 'Fail', Error: "{% 'E' & $states.input.e %}", Cause: '{% $string($states.input) %}' },
    }),
    input: { e: 1 },
  },
} as const satisfies Readonly<Record<string, Sample>>;

import type { Json, JsonObject } from '../../../asl/json.ts';
import type { Sample } from './converted.ts';

type Fields = { readonly [key: string]: Json };

const resource = 'arn:aws:lambda:us-east-1:1:function:f';
const failing = (name: string) => () => {
  throw Object.assign(new Error(`it is ${name}`), { name });
};
/** Fails as often as there are names, then gives a result. */
const failingFirst = (...names: readonly string[]) => {
  const left = [...names];
  return (input: Json): Json => {
    const name = left.shift();
    if (name !== undefined) failing(name)();
    return { done: input };
  };
};

function of(states: Fields, more: Fields = {}): JsonObject {
  return { StartAt: Object.keys(states)[0] ?? '', States: states, ...more };
}
const query = (states: Fields, more: Fields = {}) => of(states, { QueryLanguage: 'JSONata', ...more });
const task = (more: Fields): Json => ({ Type: 'Task', Resource: resource, ...more });
const done: Json = { Type: 'Pass', End: true };
const order: Json = { id: 7, total: 120, lines: [{ price: 20 }, { price: 100 }], note: null };

/** A definition of each state type, in both query languages, with all of its fields. */
export const samples = {
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
  parallel: {
    definition: of({
      A: {
        Type: 'Parallel',
        Parameters: { 'x.$': '$.id' },
        Branches: [
          of({
            L: { Type: 'Pass', Assign: { mine: 'left' }, Next: 'L2' },
            L2: { Type: 'Pass', Parameters: { 'v.$': '$mine', 'x.$': '$.x' }, End: true },
          }),
          of({ R: task({ End: true }) }),
          of({
            Q: {
              QueryLanguage: 'JSONata',
              Type: 'Choice',
              Choices: [{ Condition: '{% $states.input.x = 7 %}', Next: 'Q2' }],
            },
            Q2: { Type: 'Wait', Seconds: 4, End: true },
          }),
        ] as Json,
        ResultSelector: { 'all.$': '$[*].x' },
        ResultPath: '$.both',
        End: true,
      },
    }),
    input: order,
  },
  parallelCaught: {
    definition: query({
      A: {
        Type: 'Parallel',
        Branches: [
          of({ L: task({ End: true }) }),
          of({ R: { Type: 'Wait', Seconds: 1000, End: true } }),
        ] as Json,
        Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['Bad'], Next: 'B' }],
        End: true,
      },
      B: done,
    }),
    tasks: () => ({ L: failing('Bad') }),
  },
  maps: {
    definition: of({
      A: {
        Type: 'Map',
        ItemsPath: '$.lines',
        ItemSelector: {
          'price.$': '$$.Map.Item.Value.price',
          'index.$': '$$.Map.Item.Index',
          'order.$': '$.id',
        },
        MaxConcurrency: 1,
        ItemProcessor: of({
          T: task({ Next: 'U' }),
          U: { Type: 'Pass', Parameters: { 'p.$': '$.price', 'i.$': '$.index' }, End: true },
        }) as Json,
        ResultPath: '$.prices',
        End: true,
      },
    }),
    input: order,
  },
  mapsThatFailWithAWriter: {
    definition: of({
      A: {
        Type: 'Map',
        ItemsPath: '$.list',
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'T',
          States: { T: task({ End: true }) },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'files', Prefix: 'results' },
        },
        End: true,
      },
    }),
    input: { list: [1, 2, 3] },
    tasks: () => ({ T: (input: Json) => (input === 2 ? failing('Two')() : input) }),
    files: ['A/ResultWriter'],
  },
  mapsOfExpressions: {
    definition: query({
      S: { Type: 'Pass', Assign: { factor: 2 }, Next: 'A' },
      A: {
        Type: 'Map',
        Items: '{% $states.input.lines %}',
        ItemSelector: { p: '{% $states.context.Map.Item.Value.price %}' },
        MaxConcurrency: '{% 1 + 1 %}',
        ItemProcessor: query({
          T: { Type: 'Pass', Output: '{% $states.input.p * $factor %}', End: true },
        }) as Json,
        Output: '{% $sum($states.result) %}',
        End: true,
      },
    }),
    input: order,
  },
  mapsDistributed: {
    definition: of({
      A: {
        Type: 'Map',
        ItemsPath: '$.list',
        ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { 'k.$': '$.k' } },
        ToleratedFailureCount: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          ...of({ T: task({ End: true }) }),
        },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
        End: true,
      },
      B: done,
    }),
    input: { k: 'v', list: [1, 2, 3] },
  },
  missingPath: {
    definition: of({ A: { Type: 'Pass', Parameters: { 'x.$': '$.missing' }, End: true } }),
    input: order,
  },
  contextObject: {
    definition: of(
      {
        A: {
          Type: 'Pass',
          Parameters: {
            'id.$': '$$.Execution.Id',
            'input.$': '$$.Execution.Input',
            'machine.$': '$$.StateMachine.Name',
            'state.$': '$$.State.Name',
            'uuid.$': 'States.UUID()',
          },
          End: true,
        },
      },
      { TimeoutSeconds: 60, Comment: 'with the context object' },
    ),
    input: order,
  },
  provenExpressions: {
    definition: query({
      Known: {
        Type: 'Pass',
        Assign: {
          n: 4,
          half: 0.5,
          text: 'a"b`$' + '{c}',
          yes: true,
          one: [1],
          none: [],
          nested: [[1], [2, 3]],
          list: [{ k: 1 }, { k: 2 }],
          deep: { a: { b: [7], 'odd key': null } },
        },
        Output: { n: 2, one: ['x'], object: { list: [], text: 'y' } },
        Next: 'Use',
      },
      Use: {
        Type: 'Pass',
        Output: {
          one: '{% $one %}',
          none: '{% $none %}',
          nested: '{% $nested %}',
          list: '{% $list %}',
          keys: '{% $list.k %}',
          b: '{% $deep.a.b %}',
          odd: '{% $deep.a.`odd key` %}',
          a: '{% $deep.a %}',
          input: '{% $states.input.one %}',
          empty: '{% $states.input.object.list %}',
          sum: '{% $n + $half - 1 * 2 %}',
          difference: '{% $n - ($half - 1) %}',
          product: '{% ($n + 1) * $states.input.n %}',
          negative: '{% -$n %}',
          texts: "{% $text & '-' & $states.input.object.text %}",
          upper: '{% $uppercase($text) %}',
          count: '{% $count($nested) %}',
          compare: '{% $n > 3 and $half < 1 or $not($yes) %}',
          equal: '{% $n = 4 and $text != "z" %}',
          choice: '{% $yes ? $n : $half %}',
          list2: '{% [$n, "x", {"k": $half}] %}',
          flat: '{% [$one, 2] %}',
          object: '{% {"n": $n, "one": $one} %}',
          time: '{% $millis() > 0 %}',
          now: '{% $now() %}',
          uuid: '{% $uuid() %}',
          random: '{% $random() %}',
        },
        End: true,
      },
    }),
  },
  hiddenFunction: {
    definition: query({
      A: { Type: 'Pass', Assign: { count: 1, list: [1, 2] }, Next: 'B' },
      B: {
        Type: 'Pass',
        Output: { size: '{% $length($string($list)) %}', count: '{% $count %}' },
        End: true,
      },
    }),
  },
  maybeAssigned: {
    definition: query({
      A: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.x = 1 %}', Assign: { v: 1 }, Next: 'B' }],
        Default: 'B',
      },
      B: { Type: 'Pass', Output: '{% $exists($v) ? "set" : "not set" %}', Next: 'C' },
      C: { Type: 'Pass', Output: '{% $v + 1 %}', End: true },
    }),
  },
  loop: {
    definition: of({
      Start: { Type: 'Pass', Result: { n: 0, limit: 3 }, Next: 'More?' },
      'More?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.n', NumericLessThanPath: '$.limit', Next: 'Add' }],
        Default: 'Done',
      },
      Add: {
        Type: 'Pass',
        Parameters: { 'n.$': 'States.MathAdd($.n, 1)', 'limit.$': '$.limit' },
        Next: 'More?',
      },
      Done: { Type: 'Succeed' },
    }),
  },
} as const satisfies Readonly<Record<string, Sample>>;

import type { Sample } from './converted.ts';
import { of, order, query } from './sampleStates.ts';

/** Definitions whose paths, expressions and variables the conversion follows. */
export const dataSamples = {
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

import { describe } from 'vitest';
import { B, endAsTheySay, ending, of, path, query } from './fieldRows.ts';

describe('fields of Amazon States Language: Choice, Wait, Succeed and Fail', () => {
  endAsTheySay({
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
  });
});

import { describe } from 'vitest';
import { B, caught, endAsTheySay, of, ofMap, pass, path, query, task, tooLong } from './fieldRows.ts';

describe('fields of Amazon States Language', () => {
  endAsTheySay({
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
        Retry: [
          { ErrorEquals: ['E'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 5, MaxAttempts: 2 },
        ],
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
  });
});

import { describe, expect, it } from 'vitest';
import { validate } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';

const definition = (states: Json, more: Readonly<Record<string, Json>> = {}): Json => ({
  StartAt: 'A',
  States: states,
  ...more,
});
const errors = (value: Json, type: 'STANDARD' | 'EXPRESS' = 'STANDARD') =>
  validate(value, { type }).map(({ pointer, code, message }) => `${code} ${pointer} ${message}`);
const task = (more: Readonly<Record<string, Json>>): Json =>
  definition({
    A: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true, ...more },
  });

const placeholder = (name: string) => ['$', '{', name, '}'].join('');

describe('a valid definition', () => {
  it.each<[string, Json]>([
    [
      'in JSONPath',
      definition({
        A: { Type: 'Pass', Parameters: { 'x.$': "States.Format('{}', $.a)" }, Next: 'B' },
        B: { Type: 'Succeed' },
      }),
    ],
    [
      'in JSONata',
      definition(
        { A: { Type: 'Pass', Output: '{% $states.input %}', End: true } },
        { QueryLanguage: 'JSONata' },
      ),
    ],
    ['with substitutions', task({ Resource: placeholder('Arn'), TimeoutSeconds: placeholder('Seconds') })],
    [
      'with variables',
      definition({
        A: { Type: 'Pass', Assign: { _a1: 1, 'ключ.$': '$', [placeholder('Name')]: 1 }, Next: 'B' },
        B: {
          Type: 'Pass',
          QueryLanguage: 'JSONata',
          Assign: { ['b'.repeat(80)]: '{% $_a1 %}' },
          End: true,
        },
      }),
    ],
    [
      'with a handler',
      task({
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['E'], Next: 'B' }],
        End: false,
        Next: 'B',
      }),
    ],
  ])('%s has no problems', (name, value) => {
    const complete =
      name === 'with a handler' && typeof value === 'object' && value !== null && 'States' in value
        ? { ...value, States: { ...(value.States as object), B: { Type: 'Succeed' } } }
        : value;
    expect(errors(complete)).toEqual([]);
  });
});

describe('a problem', () => {
  it.each<[string, Json, string]>([
    [
      'fields that are missing',
      {},
      'SCHEMA_VALIDATION_FAILED / These fields are required: [States, StartAt]',
    ],
    [
      'a state that is not there',
      definition({ A: { Type: 'Pass', Next: 'Z' }, B: { Type: 'Succeed' } }),
      'MISSING_TRANSITION_TARGET /States/A/Next',
    ],
    [
      'a state that is not reached',
      definition({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
      'State "B" is not reachable',
    ],
    ['a graph without an end', definition({ A: { Type: 'Pass', Next: 'A' } }), 'No state ends here'],
    [
      'a field of another state',
      definition({ A: { Type: 'Succeed', Parameters: {} } }),
      'Field "Parameters" is not supported',
    ],
    [
      'both Next and End',
      definition({ A: { Type: 'Pass', Next: 'A', End: true } }),
      'It may have only one of ["Next", "End"]',
    ],
    [
      'a bad path',
      definition({ A: { Type: 'Pass', InputPath: 'a.b', End: true } }),
      'INVALID_JSON_PATH /States/A/InputPath',
    ],
    [
      'a bad call',
      definition({ A: { Type: 'Pass', Parameters: { 'x.$': 'States.Nope()' }, End: true } }),
      'INVALID_INTRINSIC /States/A/Parameters/x.$',
    ],
    [
      'a bad expression',
      definition({ A: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% ( %}', End: true } }),
      'INVALID_JSONATA /States/A/Output',
    ],
    [
      'JSONPath within JSONata',
      definition({ A: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } }, { QueryLanguage: 'JSONata' }),
      "'QueryLanguage' can not be 'JSONPath'",
    ],
    [
      'a retrier out of range',
      task({ Retry: [{ ErrorEquals: ['E'], BackoffRate: 0.5 }] }),
      'allowed minimum is 1',
    ],
    [
      'States.ALL among others',
      task({ Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] }),
      '"States.ALL" must be the only error name',
    ],
    [
      'a heartbeat over the timeout',
      task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      '"HeartbeatSeconds" is 5',
    ],
    [
      'a long name',
      definition({ ['A'.repeat(81)]: { Type: 'Succeed' } }, { StartAt: 'A'.repeat(81) }),
      'has 81 characters',
    ],
    [
      'variables that are no object',
      definition({ A: { Type: 'Pass', Assign: ['a'], End: true } }),
      '/States/A/Assign "Assign" is ["a"], and must be an object',
    ],
    [
      'the name of $states for a variable',
      definition({ A: { Type: 'Pass', Assign: { 'states.$': '$' }, End: true } }),
      '/States/A/Assign/states.$ "Assign" is "states", a name that the language keeps for itself',
    ],
    ...['a b', '1st', 'a.b', '', 'a'.repeat(81)].map((name): [string, Json, string] => [
      `the variable ${JSON.stringify(name)} of a catcher`,
      task({ Catch: [{ ErrorEquals: ['E'], Next: 'A', Assign: { [name]: 1 } }] }),
      'not a name for a variable',
    ]),
    ['an empty choice', definition({ A: { Type: 'Choice', Choices: [] } }), 'non-empty required'],
    [
      'two operators',
      definition({
        A: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, IsString: true, Next: 'B' }] },
        B: { Type: 'Succeed' },
      }),
      'this one has "IsNull", "IsString"',
    ],
    [
      'two maps of items',
      definition({
        A: {
          Type: 'Map',
          Iterator: { StartAt: 'B', States: { B: { Type: 'Succeed' } } },
          ItemProcessor: { StartAt: 'C', States: { C: { Type: 'Succeed' } } },
          End: true,
        },
      }),
      'It may have only one of ["ItemProcessor", "Iterator"]',
    ],
    [
      'a name that is there twice',
      definition({
        A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }], End: true },
      }),
      'DUPLICATE_STATE_NAME',
    ],
  ])('is %s', (_, value, text) => {
    expect(errors(value).join('\n')).toContain(text);
  });

  it('is a token in an Express workflow', () => {
    const value = task({ Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken' });
    expect(errors(value, 'EXPRESS')).toEqual([
      "SCHEMA_VALIDATION_FAILED /States/A/Resource Express state machine does not support '.waitForTaskToken' service integration ",
    ]);
    expect(errors(value)).toEqual([]);
  });

  it('names the field that was probably meant', () => {
    const [problem] = validate(definition({ A: { Type: 'Pass', ResultPaht: '$.x', End: true } }));
    expect(problem?.remedy).toBe('write ResultPath, or leave it out');
  });
});

import fc from 'fast-check';
import type { Json, JsonObject } from '../../asl/json.ts';

/** A state without what leads on from it: that is added where its place is known. */
export type Draft = { readonly [key: string]: Json };

const path = fc.constantFrom(
  '$',
  '$.a',
  '$.b.c',
  '$.list',
  '$.list[0]',
  '$.list[*]',
  '$..a',
  '$$.State.Name',
  '$$.Execution.Id',
);
const call = fc.constantFrom(
  "States.Format('{}', $.a)",
  'States.UUID()',
  'States.MathRandom(1, 10)',
  'States.ArrayLength($.list)',
  'States.JsonToString($)',
  "States.Hash($.a, 'MD5')",
  'States.MathAdd(1, 2)',
);
const expression = fc.constantFrom(
  '{% $states.input %}',
  '{% $states.input.a %}',
  '{% $uuid() %}',
  '{% $random() %}',
  '{% $now() %}',
  '{% $sum($states.input.list) %}',
  '{% $states.context.State.Name %}',
  '{% $x %}',
  '{% [1..3] %}',
);
const template = fc.dictionary(fc.constantFrom('a.$', 'b.$', 'list.$'), fc.oneof(path, call), { maxKeys: 3 });
const output = fc.oneof(
  expression,
  fc.dictionary(fc.constantFrom('a', 'b', 'list'), expression, { maxKeys: 3 }),
);
const errorName = fc.constantFrom('States.ALL', 'States.TaskFailed', 'E', 'States.QueryEvaluationError');

function optional<Value>(
  arbitrary: fc.Arbitrary<Value>,
  key: string,
): fc.Arbitrary<Readonly<Record<string, Value>>> {
  return fc.option(arbitrary, { freq: 2 }).map((value) => (value === null ? {} : { [key]: value }));
}

function merged(...parts: readonly fc.Arbitrary<Draft>[]): fc.Arbitrary<Draft> {
  return fc.tuple(...parts).map((each) => Object.assign({}, ...each));
}

const flow: fc.Arbitrary<Draft> = fc.oneof(
  merged(
    optional(fc.oneof(path, fc.constant(null)), 'InputPath'),
    optional(template, 'Parameters'),
    optional(fc.constantFrom('$', '$.a', '$.b.c', null), 'ResultPath'),
    optional(fc.oneof(path, fc.constant(null)), 'OutputPath'),
    optional(fc.dictionary(fc.constantFrom('x.$', 'y.$'), path, { maxKeys: 2 }), 'Assign'),
  ),
  merged(
    fc.constant({ QueryLanguage: 'JSONata' }),
    optional(output, 'Output'),
    optional(fc.dictionary(fc.constantFrom('x', 'y'), expression, { maxKeys: 2 }), 'Assign'),
  ),
);

const handling = merged(
  optional(
    fc.array(
      fc.record({
        ErrorEquals: fc.tuple(errorName),
        MaxAttempts: fc.nat(2),
        IntervalSeconds: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 1 },
    ),
    'Retry',
  ),
  optional(fc.tuple(fc.record({ ErrorEquals: fc.tuple(errorName), Next: fc.constant('last') })), 'Catch'),
);

const simple: fc.Arbitrary<Draft> = fc.oneof(
  merged(fc.constant({ Type: 'Pass' }), flow),
  fc.record({ Type: fc.constant('Wait'), Seconds: fc.nat(100) }),
  merged(fc.constant({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f' }), flow, handling),
  fc.record({
    Type: fc.constant('Choice'),
    Choices: fc.tuple(
      fc.constantFrom<Draft>(
        { Variable: '$.a', NumericGreaterThan: 1, Next: 'last' },
        { Variable: '$.a', IsPresent: true, Next: 'last' },
        {
          And: [{ Variable: '$.b', IsNull: false }, { Not: { Variable: '$.a', StringMatches: 'x*' } }],
          Next: 'last',
        },
      ),
    ),
  }),
);

/** Names are unique in the whole definition: they are given once it is whole. */
export const { graph } = fc.letrec<{ state: Draft; graph: JsonObject }>((tie) => ({
  state: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    simple,
    merged(
      fc.constant({ Type: 'Parallel' }),
      handling,
      fc.record({
        Branches: fc.array(
          tie('graph').map((each) => ({ ...each })),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    ) as fc.Arbitrary<Draft>,
    merged(
      fc.constantFrom(
        { Type: 'Map', ItemsPath: '$.list' },
        { Type: 'Map', ItemsPath: '$.list', MaxConcurrency: 1 },
      ),
      handling,
      tie('graph').map((each) => ({ ItemProcessor: { ...each } })) as fc.Arbitrary<Draft>,
    ),
  ),
  graph: fc
    .tuple(fc.array(tie('state'), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([drafts, fails]) => {
      const last: Draft = fails ? { Type: 'Fail', Error: 'E', Cause: 'c' } : { Type: 'Succeed' };
      const states = [...drafts, last].map((draft, place): [string, Json] => {
        const next = place === drafts.length - 1 ? 'last' : `s${place + 1}`;
        if (draft === last) return ['last', draft];
        return [
          `s${place}`,
          draft.Type === 'Choice' ? { ...draft, Default: next } : { ...draft, Next: next },
        ];
      });
      return { StartAt: 's0', States: Object.fromEntries(states) };
    }),
}));

/** The definition with names that are nowhere twice. */
export function withUniqueNames(value: Json | JsonObject | undefined, prefix = ''): Json {
  if (Array.isArray(value)) return value.map((each: Json) => withUniqueNames(each, prefix));
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).map(([key, each]): [string, Json] => {
    if ((key === 'StartAt' || key === 'Next' || key === 'Default') && typeof each === 'string')
      return [key, `${prefix}${each}`];
    if (key !== 'States' || typeof each !== 'object' || each === null)
      return [key, withUniqueNames(each, prefix)];
    const states = Object.entries(each).map(([name, state]): [string, Json] => {
      const { Branches, ItemProcessor, ...own } = state as Draft;
      return [
        `${prefix}${name}`,
        {
          ...(withUniqueNames(own, prefix) as Draft),
          ...(Array.isArray(Branches) && {
            Branches: Branches.map((each: Json, place) =>
              withUniqueNames(each, `${prefix}${name}/${place}/`),
            ),
          }),
          ...(ItemProcessor !== undefined && {
            ItemProcessor: withUniqueNames(ItemProcessor, `${prefix}${name}/`),
          }),
        },
      ];
    });
    return [key, Object.fromEntries(states)];
  });
  return Object.fromEntries(entries);
}

export const inputs: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  {},
  { a: 1, b: { c: 'text' }, list: [1, 2, 3] },
  { a: 'x', list: [] },
  {
    list: [
      { list: [1], a: 2 },
      { list: [], a: 3 },
    ],
  },
  null,
  [1],
  'text',
);

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
  fc.constantFrom<Draft>(
    { Type: 'Wait', Seconds: 7 },
    { Type: 'Wait', SecondsPath: '$.a' },
    { Type: 'Wait', TimestampPath: '$.at' },
    { Type: 'Wait', Timestamp: '2026-01-01T01:00:00Z' },
    { Type: 'Wait', QueryLanguage: 'JSONata', Seconds: '{% $states.input.a %}' },
    { Type: 'Wait', QueryLanguage: 'JSONata', Timestamp: '{% $now() %}', Output: '{% $x %}' },
  ),
  merged(
    fc.constant({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f' }),
    flow,
    handling,
    fc.constantFrom<Draft>({}, {}, { TimeoutSeconds: 20, HeartbeatSeconds: 5 }),
  ),
  merged(
    fc.constant({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
    handling,
    fc.constantFrom<Draft>(
      { TimeoutSecondsPath: '$.a' },
      { Parameters: { 'token.$': '$$.Task.Token' }, HeartbeatSecondsPath: '$.a' },
      {
        QueryLanguage: 'JSONata',
        TimeoutSeconds: '{% $states.input.a %}',
        Arguments: '{% $states.context.Task %}',
      },
    ),
  ),
  merged(
    fc.constant({ Type: 'Choice', QueryLanguage: 'JSONata' }),
    fc.record({
      Choices: fc.tuple(
        fc.constantFrom<Draft>(
          { Condition: '{% $states.input.a > 1 %}', Next: 'last', Output: '{% $states.input %}' },
          { Condition: '{% $exists($states.input.b) %}', Next: 'last', Assign: { x: 1 } },
          { Condition: '{% $states.input.a %}', Next: 'last' },
        ),
      ),
    }),
  ),
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
        { Type: 'Map', ItemsPath: '$.list', MaxConcurrencyPath: '$.a' },
        {
          Type: 'Map',
          ItemsPath: '$.list',
          ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' },
        },
        { Type: 'Map', ItemsPath: '$.list', ItemBatcher: { MaxItemsPerBatch: 2 } },
        {
          Type: 'Map',
          ItemsPath: '$.list',
          ResultWriter: { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } },
        },
        {
          Type: 'Map',
          QueryLanguage: 'JSONata',
          Items: '{% [1..3] %}',
          MaxConcurrency: '{% $states.input.a %}',
        },
        {
          Type: 'Map',
          QueryLanguage: 'JSONata',
          Items: '{% $states.input.list %}',
          Output: '{% $states.result %}',
        },
      ),
      handling,
      tie('graph').map((each) => ({ ItemProcessor: { ...each } })) as fc.Arbitrary<Draft>,
    ),
  ),
  graph: fc
    .tuple(
      fc.array(tie('state'), { minLength: 1, maxLength: 4 }),
      fc.constantFrom<Draft | undefined>(
        undefined,
        undefined,
        { Type: 'Fail', Error: 'E', Cause: 'c' },
        { Type: 'Fail', ErrorPath: '$.a', CausePath: "States.Format('{}', $.b)" },
        {
          Type: 'Fail',
          QueryLanguage: 'JSONata',
          Error: '{% $states.input.a %}',
          Cause: '{% $string($x) %}',
        },
      ),
    )
    .map(([drafts, fails]) => {
      const last = fails === undefined ? { Type: 'Succeed' } : fails;
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

import { gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { Attributes } from '../../orchestrator/table/attributes.ts';

/** Names that mean something to JavaScript, to DynamoDB's expressions, or to Millrace. */
const oddNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
  '#name',
  ':value',
  '$ref',
  'xstate$$type',
  'mr_ref',
  'type',
  'a.b[0]',
  '\0',
];

const oddTexts = [
  '',
  ...oddNames,
  'xstate.init',
  'xstate.stop',
  'xstate.done.actor.0',
  'xstate.error.actor.0',
  'xstate.done.state.x',
  'xstate.after.1000.x',
  'millrace.result',
  'KEEP',
  'END',
  '*',
  'SUCCEEDED',
  'FAILED',
  'hoarder',
  'careful',
  'stop',
  'redrive',
  'suspend',
  'resume',
  'updateList',
  'attribute_not_exists(executionId)',
  'SET #status = :status REMOVE tasks',
  '$' + '{process.exit(1)}',
  "require('fs').rmSync('/')",
  'data/../../../etc/passwd',
  'data/0000',
  'file:///etc/passwd',
  '2026-02-30T25:61:61Z',
  '1e309',
  'NaN',
  '\u202e\u0000\ufeff',
  '🧾'.repeat(50),
  'x'.repeat(5000),
];

/** JSON that no JavaScript literal makes so. */
const oddJson = [
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '{"a":{"__proto__":{"polluted":true,"toJSON":1}}}',
  '{"toJSON":"x","then":"y","type":"END"}',
  '{"type":"xstate.done.actor.0","output":1}',
  '"\\ud800"',
  '{"\\ud800":"\\udfff\\ud800"}',
  '1e999',
  '-0',
  '[',
  '',
  'undefined',
  '\u0000',
  '{"a":1,"a":2}',
];

/** As deep as DynamoDB never has it: gzip-compressed JSON can be as deep as it likes. */
const deepJson = (levels: number, [open, close]: readonly [string, string]) =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

const oddOrDeep = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...oddJson) },
    { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom(31, 500, 5000, 200_000),
          fc.constantFrom(['[', ']'] as const, ['{"a":', '}'] as const, ['{"__proto__":', '}'] as const),
        )
        .map(([levels, brackets]) => deepJson(levels, brackets)),
    },
  );

const compressed = () => oddOrDeep().map((text) => gzipSync(text));

/** Bytes that are not gzip, half a gzip, or one whose text is not UTF-8. */
const bytes = () =>
  fc.oneof(
    { weight: 3, arbitrary: compressed() },
    fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each)),
    compressed().map((each) => each.subarray(0, Math.floor(each.length / 2))),
    fc.constant(gzipSync(Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x22]))),
  );

/** Text that UTF-8 can hold: the others come as bytes. */
const text = () =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...oddTexts) },
    fc.string({ unit: 'grapheme-composite', maxLength: 20 }),
  );
const name = () => fc.oneof(fc.constantFrom(...oddNames), fc.string({ minLength: 1, maxLength: 8 }));
const number = () =>
  fc.oneof(
    fc.constantFrom(
      '0',
      '-0',
      '1E-130',
      '9.99E+125',
      '-9.99E+125',
      '12345678901234567890123456789012345678',
      '1',
      '2',
    ),
    fc.integer().map(String),
  );

/** An attribute of any type, up to the depth that DynamoDB takes. */
export const hostileAttribute = (): fc.Arbitrary<AttributeValue> =>
  fc.letrec<{ any: AttributeValue }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      text().map((S) => ({ S })),
      number().map((N) => ({ N })),
      bytes().map((B) => ({ B })),
      fc.boolean().map((BOOL) => ({ BOOL })),
      fc.constant<AttributeValue>({ NULL: true }),
      fc
        .uniqueArray(
          text().filter((each) => each !== ''),
          { minLength: 1, maxLength: 3 },
        )
        .map((SS) => ({ SS })),
      fc.uniqueArray(fc.integer().map(String), { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
      fc.uint8Array({ minLength: 1, maxLength: 4 }).map((each) => ({ BS: [Buffer.from(each)] })),
      fc.array(tie('any'), { maxLength: 3 }).map((L) => ({ L })),
      mapOf(tie('any')),
      fc.constantFrom(nested('L', 30), nested('M', 30)),
    ),
  })).any;

function mapOf(value: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue> {
  // Not by assignment: `__proto__` is a key like any other.
  return fc
    .array(fc.tuple(name(), value), { maxLength: 3 })
    .map((entries) => ({ M: Object.fromEntries(entries) }));
}

function nested(kind: 'L' | 'M', levels: number): AttributeValue {
  let value: AttributeValue = { S: 'bottom' };
  for (let level = 0; level < levels; level++) {
    value = kind === 'L' ? { L: [value] } : { M: Object.fromEntries([['__proto__', value]]) };
  }
  return value;
}

export type HostileKind = 'start' | 'event' | 'task' | 'beat' | 'claim' | 'message';

/** The attributes of an item of a kind by the documentation. */
const ownAttributes: Readonly<Record<HostileKind, readonly string[]>> = {
  start: ['machine', 'version', 'input', 'inputAt', 'isChild', 'parent'],
  event: [
    'type',
    'event',
    'eventAt',
    'at',
    'control',
    'cause',
    'version',
    'input',
    'list',
    'number',
    'concurrency',
    'tolerated',
    'note',
  ],
  task: ['status', 'output', 'outputAt', 'error', 'errorAt', 'worker', 'startedAt', 'endedAt'],
  beat: ['count', 'progress', 'at'],
  claim: ['claimedBy', 'at'],
  message: ['messages', 'from', 'sender', 'number', 'at'],
};

/** Attributes that only an `execution` item has, and those that every item may have. */
const otherAttributes = [
  'expiresAt',
  'mr_expiresAt',
  'snapshot',
  'log',
  'tasks',
  'emitted',
  '__proto__',
  'constructor',
];

const indexKeys = () =>
  fc.record({
    mr_pk: fc
      .constantFrom('due#0', 'due#1', 'hoarder#RUNNING#0', '__proto__', 'x'.repeat(300))
      .map((S) => ({ S })),
    // DynamoDB takes no other type for an index key.
    mr_sk: fc.constantFrom('0', '1', '1700000001000', '253402300799999', '-1').map((N) => ({ N })),
  });

const plausible = (): fc.Arbitrary<AttributeValue> =>
  fc
    .constantFrom(
      'SUCCEEDED',
      'FAILED',
      'KEEP',
      'END',
      'suspend',
      'resume',
      'redrive',
      'updateList',
      'hoarder',
      'data/x',
    )
    .map((S) => ({ S }));

const sortKey = (kind: HostileKind): fc.Arbitrary<string> => {
  if (kind === 'start') return fc.constant('start');
  const tail = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('0#1', '0#2', '1#1', '0.0#1', '0.3#1') },
    fc.constantFrom(
      '',
      '#',
      '0',
      '0#',
      '#1',
      '-1#1',
      '0#1#1',
      '1e3#1',
      '999999999999#1',
      '0x1#1',
      '__proto__',
      '\0',
    ),
    fc.string({ unit: 'grapheme-composite', maxLength: 12 }),
  );
  return tail.map((each) => `${kind}#${each}`);
};

/** An item of a kind with anything in it, as anyone with write access to the table may write it; without its partition key. */
export const hostileItem = (...kinds: readonly [HostileKind, ...HostileKind[]]): fc.Arbitrary<Attributes> =>
  fc.constantFrom(...kinds).chain((kind) =>
    fc
      .record({
        item: sortKey(kind),
        own: fc.array(
          fc.tuple(
            fc.constantFrom(...ownAttributes[kind]),
            fc.oneof({ weight: 2, arbitrary: hostileAttribute() }, plausible()),
          ),
          { minLength: 1, maxLength: 5 },
        ),
        other: fc.array(fc.tuple(fc.constantFrom(...otherAttributes), hostileAttribute()), {
          maxLength: 2,
        }),
        index: fc.option(indexKeys(), { freq: 5, nil: {} }),
      })
      .map(({ item, own, other, index }) => ({
        ...Object.fromEntries([...own, ...other]),
        ...index,
        item: { S: item },
      })),
  );

/** A start that is right in all but what it carries: so that what it carries comes to a machine. */
export const hostileInput = (machine: string): fc.Arbitrary<Attributes> =>
  hostileAttribute().map((input) => ({ item: { S: 'start' }, machine: { S: machine }, input }));

/** An event that the machine takes, with anything in it. */
export const hostileEvent = (type: string): fc.Arbitrary<Attributes> =>
  fc
    .tuple(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.oneof(
        mapOf(hostileAttribute()),
        hostileAttribute().map((what) => ({ M: { what } })),
        bytes().map((B) => ({ B })),
        oddOrDeep().map((json) => ({ B: gzipSync(`{"what":${json}}`) })),
      ),
    )
    .map(([id, event]) => ({ item: { S: `event#${id}` }, type: { S: type }, event }));

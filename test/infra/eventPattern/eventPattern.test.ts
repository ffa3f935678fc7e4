import { describe, expect, it } from 'vitest';
import { type EventPattern, eventMatcher } from '../../../infra/eventPattern/eventPattern.ts';
import type { Json } from '../../../orchestrator/core/data/json.ts';

/** The event that AWS's pages of event patterns match throughout. */
const stateChange = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
} satisfies Json;

const matches = (pattern: EventPattern, event: Json) => eventMatcher(pattern)(event);
const ofDetail = (of: EventPattern[string], value: Json) =>
  matches({ detail: { x: of } }, { detail: { x: value } });
const ofNothing = (of: EventPattern[string]) => matches({ detail: { x: of } }, { detail: { y: 1 } });

describe('an event pattern', () => {
  it('matches an event whose named fields have one of the values, whatever else it has', () => {
    expect(
      matches(
        {
          source: ['aws.ec2'],
          'detail-type': ['EC2 Instance State-change Notification'],
          detail: { state: ['terminated', 'stopped'] },
        },
        stateChange,
      ),
    ).toBe(true);
    expect(matches({ source: ['aws.ec2'], detail: { state: ['running'] } }, stateChange)).toBe(false);
    expect(matches({ detail: { state: { of: ['terminated'] } } }, stateChange)).toBe(false);
  });

  it('matches a list of which an element is among the values', () => {
    expect(matches({ resources: [{ suffix: 'abcdef0' }, 'arn:x'] }, stateChange)).toBe(true);
    expect(ofDetail(['b'], ['a', ['b', 'c']])).toBe(true);
    expect(ofDetail(['d'], ['a', 'b'])).toBe(false);
  });

  it('has to match with all its fields in the same element of a list of objects', () => {
    const pattern = { detail: { items: { sku: ['tea'], count: [{ numeric: ['>', 1] }] } } } as const;
    const of = (...items: Json[]) => matches(pattern, { detail: { items } });
    expect(of({ sku: 'milk', count: 5 }, { sku: 'tea', count: 2 })).toBe(true);
    expect(of({ sku: 'milk', count: 5 }, { sku: 'tea', count: 1 })).toBe(false);
    expect(of()).toBe(false);
  });

  it('keeps values of different types apart', () => {
    expect(ofDetail([1], '1')).toBe(false);
    expect(ofDetail([null], null)).toBe(true);
    expect(ofNothing([null])).toBe(false);
    expect(ofDetail([''], '')).toBe(true);
    expect(ofDetail([false], null)).toBe(false);
    expect(ofDetail([3.018], 3.018)).toBe(true);
  });
});

it('sees fields of the event alone, not what every object has', () => {
  expect(matches({ detail: { toString: [{ exists: true }] } }, stateChange)).toBe(false);
  expect(matches({ detail: { constructor: [{ exists: false }] } }, stateChange)).toBe(true);
  expect(matches({ detail: { constructor: ['a'] } }, { detail: { constructor: 'a' } })).toBe(true);
});

describe('the comparison', () => {
  it('prefix', () => {
    expect(matches({ time: [{ prefix: '2017-12-22' }] }, stateChange)).toBe(true);
    expect(matches({ region: [{ prefix: 'eu-' }] }, stateChange)).toBe(false);
    expect(ofDetail([{ prefix: { 'equals-ignore-case': 'EventB' } }], 'eventbridge')).toBe(true);
    expect(ofDetail([{ prefix: '1' }], 12)).toBe(false);
  });

  it('suffix', () => {
    expect(ofDetail([{ suffix: '.png' }], 'cat.png')).toBe(true);
    expect(ofDetail([{ suffix: '.png' }], 'png')).toBe(false);
    expect(ofDetail([{ suffix: { 'equals-ignore-case': '.PNG' } }], 'cat.pNg')).toBe(true);
  });

  it('equals-ignore-case', () => {
    expect(ofDetail([{ 'equals-ignore-case': 'alice' }], 'Alice')).toBe(true);
    expect(ofDetail([{ 'equals-ignore-case': 'alice' }], 'Alicia')).toBe(false);
  });

  it('wildcard', () => {
    const ofPath = (wildcard: string, path: string) => ofDetail([{ wildcard }], path);
    expect(ofPath('dir/*.png', 'dir/a/b.png')).toBe(true);
    expect(ofPath('dir/*.png', 'other/b.png')).toBe(false);
    expect(ofPath('a*b*c', 'abbc')).toBe(true);
    expect(ofPath('ab*ba', 'aba')).toBe(false);
    expect(ofPath('*', '')).toBe(true);
    expect(ofPath('five\\*', 'five*')).toBe(true);
    expect(ofPath('five\\*', 'fives')).toBe(false);
    expect(ofPath('C:\\\\*', 'C:\\Users')).toBe(true);
  });

  it('anything-but', () => {
    expect(ofDetail([{ 'anything-but': 'initializing' }], 'running')).toBe(true);
    expect(ofDetail([{ 'anything-but': ['stopped', 'overloaded'] }], 'stopped')).toBe(false);
    expect(ofDetail([{ 'anything-but': [100, 200] }], 300)).toBe(true);
    expect(ofDetail([{ 'anything-but': 123 }], 123)).toBe(false);
    expect(ofNothing([{ 'anything-but': 'initializing' }])).toBe(false);
  });

  it('anything-but of prefixes, suffixes, cases and wildcards', () => {
    expect(ofDetail([{ 'anything-but': { prefix: 'init' } }], 'initializing')).toBe(false);
    expect(ofDetail([{ 'anything-but': { prefix: ['init', 'start'] } }], 'running')).toBe(true);
    expect(ofDetail([{ 'anything-but': { suffix: ['.txt', '.rtf'] } }], 'a.txt')).toBe(false);
    expect(ofDetail([{ 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }], 'B')).toBe(false);
    expect(ofDetail([{ 'anything-but': { wildcard: '*/lib/*' } }], '/usr/lib/x')).toBe(false);
    expect(ofDetail([{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }], '/etc/x')).toBe(true);
  });

  it('numeric', () => {
    const range = [{ numeric: ['>', 0, '<=', 5] }] as const;
    expect([0, 0.1, 5, 6].map((value) => ofDetail(range, value))).toEqual([false, true, true, false]);
    expect(ofDetail([{ numeric: ['=', 3.018e2] }], 301.8)).toBe(true);
    expect(ofDetail([{ numeric: ['<', 10] }], '5')).toBe(false);
    expect(ofDetail([{ numeric: ['>=', 10] }], 10)).toBe(true);
  });

  it('exists', () => {
    expect(ofDetail([{ exists: true }], null)).toBe(true);
    expect(ofNothing([{ exists: true }])).toBe(false);
    expect(ofNothing([{ exists: false }])).toBe(true);
    expect(ofDetail([{ exists: false }], 'x')).toBe(false);
    expect(matches({ detail: { a: { b: [{ exists: false }] } } }, { detail: {} })).toBe(true);
  });

  it('exists sees leaves alone, not the objects between', () => {
    expect(ofDetail([{ exists: true }], { y: 1 })).toBe(false);
  });

  it('cidr', () => {
    expect(ofDetail([{ cidr: '10.0.0.0/24' }], '10.0.0.255')).toBe(true);
    expect(ofDetail([{ cidr: '10.0.0.0/24' }], '10.0.1.0')).toBe(false);
    expect(ofDetail([{ cidr: '10.0.0.0/24' }], 'host')).toBe(false);
    expect(ofDetail([{ cidr: '2001:db8::/32' }], '2001:db8:1::1')).toBe(true);
    expect(ofDetail([{ cidr: '192.0.2.7' }], '192.0.2.7')).toBe(true);
  });
});

describe('$or', () => {
  const pattern: EventPattern = {
    detail: {
      $or: [
        { 'c-count': [{ numeric: ['>', 0, '<=', 5] }] },
        { 'd-count': [{ numeric: ['<', 10] }] },
        { 'x-limit': [3.018e2] },
      ],
      state: ['on'],
    },
  };

  it('takes one of several patterns, with what is beside it', () => {
    expect(matches(pattern, { detail: { 'c-count': 5, state: 'on' } })).toBe(true);
    expect(matches(pattern, { detail: { 'd-count': 9, state: 'on' } })).toBe(true);
    expect(matches(pattern, { detail: { 'x-limit': 301.8, state: 'on' } })).toBe(true);
    expect(matches(pattern, { detail: { 'c-count': 6, 'd-count': 10, state: 'on' } })).toBe(false);
    expect(matches(pattern, { detail: { 'c-count': 5, state: 'off' } })).toBe(false);
  });

  it('may be within another, and name fields of several levels', () => {
    const nested: EventPattern = {
      $or: [{ source: ['a'] }, { $or: [{ detail: { x: [1] } }, { region: ['eu'] }] }],
    };
    expect(matches(nested, { source: 'b', detail: { x: 1 } })).toBe(true);
    expect(matches(nested, { source: 'b', region: 'us' })).toBe(false);
  });
});

describe('a pattern that EventBridge would not take is refused with the place and what to write:', () => {
  it.each<[string, unknown, RegExp]>([
    ['no field', {}, /\$ is empty/],
    ['an empty list', { source: [] }, /\$\.source is an empty list/],
    ['a value that is in no list', { detail: { state: 'on' } }, /\$\.detail\.state .*write \["on"\]/],
    [
      'an unknown comparison',
      { source: [{ regex: 'a' }] },
      /unknown comparison 'regex': use one of prefix, /,
    ],
    ['two comparisons in one', { source: [{ prefix: 'a', suffix: 'b' }] }, /not a comparison/],
    ['a list of lists', { source: [['a']] }, /not a comparison/],
    ['a prefix that is not text', { source: [{ prefix: 1 }] }, /'prefix' takes a text/],
    ['an exists that is neither', { source: [{ exists: 'yes' }] }, /'exists' takes true or false/],
    ['an unknown numeric operator', { n: [{ numeric: ['!=', 1] }] }, /one of = < <= > >=/],
    ['a number out of range', { n: [{ numeric: ['>', 5e9 + 1] }] }, /from -5e9 to 5e9/],
    ['a bound too few', { n: [{ numeric: ['>', 1, '<'] }] }, /two of each/],
    ...[
      ['<', 5, '>', 0],
      ['=', 5, '<', 9],
      ['>', 0, '>=', 9],
      ['>', 5, '<', 0],
      ['>=', 5, '<=', 5],
    ].map((numeric): [string, unknown, RegExp] => [
      `no range of numbers: ${numeric.join(' ')}`,
      { n: [{ numeric }] },
      /of two bounds the lower first/,
    ]),
    [
      'a comparison by the name of what every object has',
      { x: [{ toString: 'a' }] },
      /unknown comparison 'toString'/,
    ],
    ['anything but by such a name', { x: [{ 'anything-but': { valueOf: 'a' } }] }, /prefix, suffix/],
    ['anything but of mixed values', { n: [{ 'anything-but': ['a', 1] }] }, /texts, or numbers/],
    [
      'anything but of a comparison it has not',
      { n: [{ 'anything-but': { exists: true } }] },
      /takes values, or one of/,
    ],
    ['two wildcards in a row', { n: [{ wildcard: 'a**' }] }, /two '\*' in a row/],
    ['a lone backslash in a wildcard', { n: [{ wildcard: 'a\\b' }] }, /for a backslash/],
    ['no block of addresses', { n: [{ cidr: '10.0.0.0/33' }] }, /not a block of addresses/],
    ['an $or of one', { $or: [{ source: ['a'] }] }, /two patterns or more/],
  ])('%s', (_, pattern, problem) => {
    expect(() => eventMatcher(pattern as EventPattern)).toThrow(
      expect.objectContaining({ code: 'InvalidEventPattern', message: expect.stringMatching(problem) }),
    );
  });
});

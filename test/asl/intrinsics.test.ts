import { describe, expect, it } from 'vitest';
import { evaluateCall } from '../../asl/intrinsics/evaluate.ts';
import { parseCall } from '../../asl/intrinsics/parse.ts';
import type { Json } from '../../asl/json.ts';
import { evaluateSegments } from '../../asl/jsonpath/evaluate.ts';
import { Random } from '../../asl/random.ts';

const data: Json = {
  name: 'Ada',
  list: [1, 2, 2, 3, 4],
  object: { b: 1, a: [true, null] },
  half: 2.5,
  text: 'a{}b',
  most: 1e308,
};
const surroundings = () => ({ now: 0, random: new Random('seed') });
const call = (text: string) =>
  evaluateCall(parseCall(text), ({ segments }) => evaluateSegments(data, segments), surroundings());

describe('an intrinsic function', () => {
  it.each<[string, Json]>([
    ["States.Format('Hello {}, {}', $.name, 1.5)", 'Hello Ada, 1.5'],
    ["States.Format('\\{\\} \\'{}\\' \\\\', $.name)", "{} 'Ada' \\"],
    ["States.Format('{}', $.object)", '{b=1, a=[true, null]}'],
    ["States.Format($.text, 'x')", 'axb'],
    ['States.StringToJson(\'[1,{"a":2}]\')', [1, { a: 2 }]],
    ["States.StringToJson('')", null],
    ['States.JsonToString($.object)', '{"b":1,"a":[true,null]}'],
    ["States.Array(1, 'two', $.half, true, null, States.Array())", [1, 'two', 2.5, true, null, []]],
    ['States.ArrayPartition($.list, 2)', [[1, 2], [2, 3], [4]]],
    ['States.ArrayPartition($.list, 1.6)', [[1, 2], [2, 3], [4]]],
    ['States.ArrayContains($.list, 3)', true],
    [
      'States.ArrayContains(States.Array($.object), States.StringToJson(\'\\{"a":[true,null],"b":1\\}\'))',
      true,
    ],
    ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['States.ArrayRange(3, 0, -1)', [3, 2, 1, 0]],
    ['States.ArrayRange(5, 1, 1)', []],
    ['States.ArrayGetItem($.list, 4)', 4],
    ['States.ArrayLength($.list)', 5],
    ['States.ArrayUnique($.list)', [1, 2, 3, 4]],
    ["States.Base64Decode(States.Base64Encode('héllo'))", 'héllo'],
    ["States.Base64Decode('YQ')", 'a'],
    ["States.Base64Decode('YWI=')", 'ab'],
    ["States.Hash('input data', 'MD5')", '812f45842bc6d66ee14572ce20db8e86'],
    ['States.JsonMerge($.object, States.StringToJson(\'\\{"a":1\\}\'), false)', { b: 1, a: 1 }],
    ['States.MathAdd($.half, -0.5)', 2],
    ['States.MathAdd(111, -1)', 110],
    ["States.StringSplit('a.b+c', '.+')", ['a', 'b', 'c']],
    ["States.ArrayGetItem(States.StringSplit('x-y', '-'), States.MathAdd(0, 1))", 'y'],
  ])('%s', (text, value) => {
    expect(call(text)).toEqual(value);
  });

  it('draws by chance what the seed says, and the same again', () => {
    expect(call('States.UUID()')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(call('States.UUID()')).toBe(call('States.UUID()'));
    expect(call('States.MathRandom(5, 6)')).toBe(5);
    expect(call('States.MathRandom(0, 1000, 7)')).toBe(call('States.MathRandom(0, 1000, 7)'));
  });

  it.each([
    "States.Format('{} {}', 1)",
    "States.Format('x', 1)",
    "States.StringToJson('{')",
    'States.ArrayPartition($.list, 0)',
    'States.ArrayRange(0, 9, 0)',
    'States.ArrayRange(0, 1000, 1)',
    'States.ArrayGetItem($.list, 5)',
    'States.ArrayGetItem($.list, -1)',
    'States.ArrayLength($.name)',
    "States.Base64Decode('%')",
    "States.Base64Decode('Y')",
    "States.Base64Decode('YQ=')",
    "States.StringToJson('[1e400]')",
    'States.MathAdd($.most, $.most)',
    "States.Hash('x', 'CRC')",
    'States.JsonMerge($.object, $.object, true)',
    'States.JsonMerge($.object, $.list, false)',
    "States.MathAdd('1', 2)",
  ])('%s fails with States.IntrinsicFailure', (text) => {
    expect(() => call(text)).toThrow(expect.objectContaining({ error: 'States.IntrinsicFailure' }));
  });

  it.each([
    'States.Nope()',
    'States.UUID(1)',
    'States.MathAdd(1)',
    "States.Format('x'",
    "States.Format('x) ",
    'States.Array(1 2)',
    'States.Array(abc)',
    'States.Array(1e400)',
    'States.UUID() x',
    `${'States.Array('.repeat(11)}${')'.repeat(11)}`,
  ])('%s is not one', (text) => {
    expect(() => parseCall(text)).toThrow(expect.objectContaining({ name: 'SyntaxProblem' }));
  });
});

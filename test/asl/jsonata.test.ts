import { describe, expect, it } from 'vitest';
import type { Json } from '../../asl/json.ts';
import { Expression } from '../../asl/jsonata/expression.ts';
import { Random } from '../../asl/random.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const evaluate = (text: string, variables: Readonly<Record<string, unknown>> = {}) =>
  new Expression(text).evaluate(variables, { now, random: new Random('seed') });

describe('a JSONata expression', () => {
  it.each<[string, Json]>([
    ['1 + 1', 2],
    ['$sum([1..100])', 5050],
    ['[1..1]', [1]],
    ['$count([5..1])', 0],
    ['$states.input.a', 7],
    ['$partition([1, 2, 3], 2)', [[1, 2], [3]]],
    ['$range(0, 9, 3)', [0, 3, 6, 9]],
    ['$range(1, 9, 9)', 1],
    ["$hash('input data', 'MD5')", '812f45842bc6d66ee14572ce20db8e86'],
    ['$parse(\'{"a":[1]}\').a[0]', 1],
    ['$now()', '2026-01-02T03:04:05.000Z'],
    ["$now('[Y0001]-[M01]')", '2026-01'],
    ['$millis()', now],
    ["$replace('a1b22', /\\d+/, '#')", 'a#b#'],
    ["$match('abab', /(a)(b)/).groups", ['a', 'b', 'a', 'b']],
    ["$pad('x', -3, '#')", '##x'],
    ['$count($shuffle([1..5]))', 5],
    ['$string({"b": 1, "a": 2})', '{"b":1,"a":2}'],
  ])('%s', (text, value) => {
    expect(evaluate(text, { states: { input: { a: 7 } } })).toEqual({ type: 'value', value });
  });

  it('draws by chance what the seed says, and the same again', () => {
    for (const text of ['$uuid()', '$random()', '$shuffle([1..20])', '$random(3)']) {
      expect(evaluate(text)).toEqual(evaluate(text));
    }
    expect(evaluate('$uuid() = $uuid()')).toEqual({ type: 'value', value: false });
  });

  it('separates what gives nothing from what is not data', () => {
    expect(evaluate('$missing')).toEqual({ type: 'nothing' });
    expect(evaluate('function($x) { $x }')).toEqual({ type: 'unsupported' });
  });

  it("reports errors with the library's codes", () => {
    expect(evaluate('$nope()')).toEqual({
      type: 'failed',
      message: 'T1006: Attempted to invoke a non-function',
    });
  });

  it.each([
    ['recursion without end', '($f := function($x) { $f($x + 1) }; $f(0))'],
    ['deep recursion', '($f := function($x) { 1 + $f($x + 1) }; $f(0))'],
    ['a huge range', '[1..9000000]'],
    ['a huge range by function', '$range(1, 9000000, 1)'],
    ['a text that doubles', '$reduce([1..40], function($a, $b) { $a & $a }, "xx")'],
    [
      'a value that shares its parts',
      '$string($reduce([1..60], function($a, $b) { {"a": $a, "b": $a} }, 1))',
    ],
    ['a huge padding', '$pad("x", 900000000)'],
    ['$eval', '$eval("1")'],
    ["JavaScript's constructors", '{"a": 1}.constructor.constructor("return 1")()'],
    ['a function found by a name', '$lookup({}, "constructor")'],
    ['a prototype', '{"a": 1}.__proto__'],
    ['the prototypes of a list', '[{"a": 1}, {"b": 2}].__proto__'],
    ['a prototype found by a name', '$lookup({"a": 1}, "__proto__")'],
    ['a look ahead', '$match("ab", /a(?=b)/)'],
    ['no number', '1 / 0'],
  ])('ends %s with a failure', (_, text) => {
    const started = performance.now();
    expect(evaluate(text)).toMatchObject({ type: 'failed' });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('matches hostile patterns in linear time', () => {
    expect(evaluate(`$match('${'a'.repeat(40)}!', /^(a+)+$/)`)).toEqual({ type: 'nothing' });
  });

  it.each(['(', '1 +', '$f(', '"abc', '/[/'])('%j is not one', (text) => {
    expect(() => new Expression(text)).toThrow(expect.objectContaining({ code: 'InvalidExpression' }));
  });
});

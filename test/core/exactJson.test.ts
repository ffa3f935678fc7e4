import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../orchestrator/core/data/exactJson.ts';
import { numberTextProblem } from '../../orchestrator/core/data/numbers.ts';
import { received } from '../../orchestrator/core/data/serializable.ts';

const problemOf = (text: string) => {
  try {
    parseExactJson(text, 'input');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('a number that JavaScript would round is refused with its path', () => {
  it.each([
    ['9007199254740993', 'input is 9007199254740993'],
    ['-9007199254740993', 'input is -9007199254740993'],
    ['{"a":[1,{"b c":12345678901234567890}]}', 'input.a[1]["b c"] is 12345678901234567890'],
    ['{"x":{"y":1},"id":9007199254740993}', 'input.id is 9007199254740993'],
    ['[[],{},"]}{[1", 9007199254740993]', 'input[3] is 9007199254740993'],
    ['{"\\"k\\\\":9007199254740993}', 'input["\\"k\\\\"] is 9007199254740993'],
    ['[9007199254740993.0]', 'input[0] is 9007199254740993.0'],
    ['[9.007199254740993e15]', 'input[0] is 9.007199254740993e15'],
    ['123456789012345678901234567890', 'input is 123456789012345678901234567890'],
    ['[1e400]', 'input[0] is 1e400, which is too large'],
    ['[-1E999]', 'input[0] is -1E999, which is too large'],
    ['[1e-400]', 'input[0] is 1e-400, which is too close to 0'],
  ])('%s', (text, message) => {
    expect(problemOf(text)).toContain(message);
  });
});

describe('a number is taken', () => {
  it.each([
    ['9007199254740991', 'the largest whole number that is exact'],
    ['-9007199254740991', 'the smallest'],
    ['9007199254740992', '2^53, which is itself'],
    ['1152921504606847000', '2^60, as JavaScript writes it'],
    ['0.1234567890123456789012345', 'a fraction: the nearest double, as for every JSON reader'],
    ['6.02214076e23', 'a measure with an exponent'],
    ['1e21', 'the first that JavaScript writes with an exponent'],
    ['1000000000000000000000', 'the same, as DynamoDB writes it'],
    ['1.7976931348623157e308', 'the largest'],
    ['5e-324', 'the smallest'],
    ['0e999', 'nothing'],
    ['"9007199254740993"', 'a string'],
    ['{"9007199254740993":1}', 'a key'],
    ['"\\"[9007199254740993"', 'a string with odd characters'],
  ])('%s: %s', (text) => {
    expect(problemOf(text)).toBeUndefined();
  });
});

it('property: JSON that JavaScript has written of received data is taken as it is', () => {
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
  const values = fc.oneof(doubles, fc.maxSafeInteger(), fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), values)), (value) => {
      let json: unknown;
      try {
        json = received(value, 'value');
      } catch {
        return;
      }
      const text = JSON.stringify(json);
      expect(parseExactJson(text, 'value')).toEqual(JSON.parse(text));
    }),
  );
});

it('property: a whole number in text is taken if and only if it comes back digit by digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (id) => {
      const comesBack = Number.isSafeInteger(Number(id)) || String(Number(id)) === String(id);
      expect(numberTextProblem(String(id)) === undefined).toBe(comesBack);
    }),
  );
});

it('property: the path leads to the number', () => {
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      fc.constant('here' as const),
      fc.tuple(fc.constantFrom('a', 'b c', '"', '\\', ''), tie('node')),
      fc.tuple(fc.nat(3), tie('node')),
    ),
  }));
  fc.assert(
    fc.property(tree.node, (node) => {
      const [text, path] = written(node);
      expect(problemOf(text)).toMatch(new RegExp(`^${escaped(`input${path}`)} is 9007199254740993,`));
    }),
  );
});

/** JSON with one inexact number in it, and its path. */
function written(node: unknown): [text: string, path: string] {
  if (!Array.isArray(node)) return ['9007199254740993', ''];
  const [step, rest] = node;
  const [text, path] = written(rest);
  if (typeof step === 'number') return [`[${'{"x":[1]},'.repeat(step)}${text}]`, `[${step}]${path}`];
  const key = JSON.stringify(step);
  return [`{"other":["}",2], ${key} : ${text}}`, step === 'a' ? `.a${path}` : `[${key}]${path}`];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe('a number that a program gives is refused where it may have been rounded before', () => {
  it.each([2 ** 53, -(2 ** 53), 2 ** 53 + 2, 2 ** 60, 1e20])('%d', (value) => {
    expect(() => received({ id: [value] }, 'output')).toThrow(
      /^output\.id\[0\] is -?\d+, a whole number beyond/,
    );
  });

  it.each([2 ** 53 - 1, 0.1, 1e21, 6.02214076e23, Number.MAX_VALUE, 5e-324])('but not %d', (value) => {
    expect(received({ value }, 'output')).toEqual({ value });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearRegExp } from '../../asl/regexp/linearRegExp.ts';

/** What JavaScript's own finds, in the same form. */
function native(source: string, flags: string, text: string) {
  const found = new RegExp(source, flags).exec(text);
  return found && { groups: [...found], index: found.index };
}

function linear(source: string, flags: string, text: string) {
  const found = linearRegExp(source, flags).exec(text);
  return found && { groups: [...found], index: found.index };
}

/** Patterns without loops around what may be empty: there JavaScript forgets what a group has captured. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      'a',
      'b',
      'ab',
      '.',
      '\\d',
      '\\w',
      '[ab]',
      '[^a]',
      '\\b',
      '^',
      '$',
      '\\.',
      '\\x61',
      '[a-c1]',
    ),
    tie('pattern').map((inner) => `(?:${inner})`),
    tie('pattern').map((inner) => `(${inner})`),
  ),
  pattern: fc
    .array(
      fc.oneof(
        tie('atom'),
        fc
          .tuple(
            fc.constantFrom('a', '[ab]', '\\w', 'b'),
            fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{1,3}', '{2,}'),
          )
          .map((parts) => parts.join('')),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .chain((parts) => fc.constantFrom(parts.join(''), parts.join('|'))),
})).pattern;

describe('a regular expression that is matched in linear time', () => {
  it("finds what JavaScript's own finds, with its groups", () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ', '\n', '.'), maxLength: 12 });
    fc.assert(
      fc.property(pattern, fc.constantFrom('', 'i', 'm', 's'), text, (source, flags, subject) => {
        expect(linear(source, flags, subject)).toEqual(native(source, flags, subject));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['^(a+)+$', '(a|a)*b', '(?:a*)*$', '(.*)*x', '([a-z]+)*@'])('takes no time for /%s/', (source) => {
    const started = performance.now();
    linearRegExp(source).test(`${'a'.repeat(2000)}!`);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each(['(?=a)', '(?<!a)', '(a)\\1'])('refuses /%s/, which has no linear match', (source) => {
    expect(() => linearRegExp(source)).toThrow(expect.objectContaining({ code: 'UnsupportedPattern' }));
  });

  it('refuses repetitions that make it too large', () => {
    expect(() => linearRegExp('(?:(?:a{100}){100}){100}')).toThrow(
      expect.objectContaining({ code: 'UnsupportedPattern' }),
    );
  });
});

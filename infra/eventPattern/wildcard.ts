import { InvalidEventPatternError } from './invalidEventPatternError.ts';

/**
 * `*` stands for any number of characters, `\*` for itself, and `\\` for a backslash.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching
 *
 * @throws InvalidEventPatternError
 */
export function wildcardMatcher(pattern: string, path: string): (value: string) => boolean {
  const [first = '', ...rest] = piecesOf(pattern, path);
  const last = rest.pop();
  return (value) => {
    if (last === undefined) return value === first;
    if (!value.startsWith(first)) return false;
    let from = first.length;
    for (const piece of rest) {
      const at = value.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return value.length >= from + last.length && value.endsWith(last);
  };
}

/** The texts between the wildcards. */
function piecesOf(pattern: string, path: string): string[] {
  const pieces = [''];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === '*') {
      if (pattern.charAt(i + 1) === '*') {
        throw new InvalidEventPatternError(`${path}: the wildcard '${pattern}' has two '*' in a row.`);
      }
      pieces.push('');
      continue;
    }
    const isEscape = character === '\\';
    if (isEscape && !['*', '\\'].includes(pattern.charAt(i + 1))) {
      throw new InvalidEventPatternError(
        `${path}: in the wildcard '${pattern}', write '\\\\' for a backslash.`,
      );
    }
    if (isEscape) i++;
    pieces[pieces.length - 1] += pattern.charAt(i);
  }
  return pieces;
}

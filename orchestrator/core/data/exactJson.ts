import type { Json } from './json.ts';
import { deepestNesting, isNestedDeeper } from './nesting.ts';
import { numberTextProblem } from './numbers.ts';
import { NotSerializableError, partPath } from './serializable.ts';

/**
 * The value of JSON text in which no number is rounded: `JSON.parse` makes one number of many integers beyond 2^53.
 *
 * @param path how messages name the value, such as `--input`
 * @throws SyntaxError, NotSerializableError
 */
export function parseExactJson(text: string, path: string): Json {
  if (isNestedDeeper(text, deepestNesting)) {
    throw new NotSerializableError(path, `is nested more than ${deepestNesting} levels deep: flatten it`);
  }
  const value: Json = JSON.parse(text);
  if (mayBeInexact.test(text)) refuseInexact(text, path);
  return value;
}

/** Sixteen digits, or an exponent: other numbers are exact, or fractions. */
const mayBeInexact = /\d{16}|[\d.][eE][-+]?\d/;

/** An array or an object that is open at a place in the text. */
interface Open {
  readonly path: string;
  /** For an array: the place of the next item. */
  index: number | undefined;
  /** For an object: the last key. */
  key: string | undefined;
}

/** The text is JSON: `JSON.parse` has said so. */
function refuseInexact(text: string, path: string): void {
  const number = /-?\d[\d.eE+-]*/y;
  const open: Open[] = [];
  const here = (): string => {
    const last = open.at(-1);
    if (!last) return path;
    return last.index === undefined ? partPath(last.path, last.key ?? '') : `${last.path}[${last.index}]`;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    const last = open.at(-1);
    if (char === '"') {
      const end = endOfString(text, at);
      if (last && last.index === undefined && last.key === undefined)
        last.key = JSON.parse(text.slice(at, end + 1));
      at = end;
    } else if (char === '[') open.push({ path: here(), index: 0, key: undefined });
    else if (char === '{') open.push({ path: here(), index: undefined, key: undefined });
    else if (char === ']' || char === '}') open.pop();
    else if (char === ',' && last) {
      if (last.index === undefined) last.key = undefined;
      else last.index += 1;
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      number.lastIndex = at;
      const [digits = char] = number.exec(text) ?? [];
      const problem = numberTextProblem(digits);
      if (problem !== undefined) throw new NotSerializableError(here(), problem);
      at += digits.length - 1;
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end;
}

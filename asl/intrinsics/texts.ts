import { isArray, isObject, type Json } from '../json.ts';
import { intrinsicError } from '../statesError.ts';
import { type Intrinsics, textAt } from './functions.ts';

/** Characters that Base64 functions take, at most: Step Functions' limit. */
const longestBase64 = 10_000;

/** Also without the `=` at its end. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

export const textFunctions = {
  Base64Encode: (given) => {
    const text = bounded(textAt(given, 0, 'Base64Encode'), 'Base64Encode');
    return Buffer.from(text).toString('base64');
  },

  Base64Decode: (given) => {
    const text = bounded(textAt(given, 0, 'Base64Decode'), 'Base64Decode');
    if (!base64.test(text)) {
      throw intrinsicError("The function 'States.Base64Decode' needs Base64 as its argument");
    }
    return Buffer.from(text, 'base64').toString();
  },

  /** Every character of the second text divides the first, and what is empty is left out. */
  StringSplit: (given) => {
    const dividers = new Set(textAt(given, 1, 'StringSplit'));
    const parts = [''];
    for (const each of textAt(given, 0, 'StringSplit')) {
      if (dividers.has(each)) parts.push('');
      else parts.push(`${parts.pop() ?? ''}${each}`);
    }
    return parts.filter((part) => part !== '');
  },
} satisfies Partial<Intrinsics>;

function bounded(text: string, name: string): string {
  if (text.length <= longestBase64) return text;
  throw intrinsicError(
    `The function 'States.${name}' takes at most ${longestBase64} characters, not ${text.length}`,
  );
}

/** Puts values in the places of `{}`, in order. A backslash takes the next character as it is. */
export function format(template: Json | undefined, values: readonly Json[]): string {
  if (typeof template !== 'string')
    throw intrinsicError("The function 'States.Format' needs a string as argument 1");
  let used = 0;
  const text = template.replace(/\\(['{}\\])|\{\}/g, (_, escaped: string | undefined) =>
    escaped === undefined ? written(values[used++] ?? null) : escaped,
  );
  if (used === values.length) return text;
  throw intrinsicError(
    `The function 'States.Format' has ${used} places for values in its text, and ${values.length} values`,
  );
}

/** As Step Functions writes a value into a text: not as JSON. */
function written(value: Json): string {
  if (isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, each]) => `${key}=${written(each)}`);
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

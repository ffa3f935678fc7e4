import { equal, type Json, textOf } from '../json.ts';
import { intrinsicError } from '../statesError.ts';
import { arrayAt, type Intrinsics, integerAt, refuse } from './functions.ts';

/** Elements of `States.ArrayRange`, at most: Step Functions' limit. */
const longestRange = 1000;

export const arrayFunctions = {
  Array: (given) => given,

  ArrayPartition: (given) => {
    const array = arrayAt(given, 0, 'ArrayPartition');
    const size = integerAt(given, 1, 'ArrayPartition');
    if (size < 1) return refuse(given, 1, 'ArrayPartition', 'a number above 0');
    return Array.from({ length: Math.ceil(array.length / size) }, (_, part) =>
      array.slice(part * size, (part + 1) * size),
    );
  },

  ArrayContains: (given) => arrayAt(given, 0, 'ArrayContains').some((each) => equal(each, given[1] ?? null)),

  ArrayRange: (given) => {
    const from = integerAt(given, 0, 'ArrayRange');
    const to = integerAt(given, 1, 'ArrayRange');
    const step = integerAt(given, 2, 'ArrayRange');
    if (step === 0) return refuse(given, 2, 'ArrayRange', 'a number other than 0');
    const length = Math.max(0, Math.floor((to - from) / step) + 1);
    if (length > longestRange) {
      throw intrinsicError(
        `The function 'States.ArrayRange' gives at most ${longestRange} elements, not ${length}`,
      );
    }
    return Array.from({ length }, (_, place) => from + place * step);
  },

  ArrayGetItem: (given) => {
    const found = arrayAt(given, 0, 'ArrayGetItem')[integerAt(given, 1, 'ArrayGetItem')];
    return found === undefined ? refuse(given, 1, 'ArrayGetItem', 'an index within the array') : found;
  },

  ArrayLength: (given) => arrayAt(given, 0, 'ArrayLength').length,

  ArrayUnique: (given) => {
    const seen = new Map<string, Json>();
    for (const each of arrayAt(given, 0, 'ArrayUnique')) {
      const key = textOf(sorted(each));
      if (!seen.has(key)) seen.set(key, each);
    }
    return [...seen.values()];
  },
} satisfies Partial<Intrinsics>;

/** The value with the keys of its objects in order, so that equal values have equal texts. */
function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each ?? null)]));
}

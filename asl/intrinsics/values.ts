import { isObject, type Json, objectOf, textOf } from '../json.ts';
import { hashAlgorithms, hashOf, Random } from '../random.ts';
import { intrinsicError } from '../statesError.ts';
import { type Intrinsics, integerAt, refuse, textAt } from './functions.ts';

/** Characters that `States.Hash` takes, at most: Step Functions' limit. */
const longestHashed = 10_000;

export const valueFunctions = {
  StringToJson: (given) => {
    if (given[0] === null) return null;
    const text = textAt(given, 0, 'StringToJson');
    if (text.trim() === '') return null;
    try {
      const value: Json = JSON.parse(text, finite);
      return value;
    } catch {
      return refuse(given, 0, 'StringToJson', 'JSON');
    }
  },

  JsonToString: ([value]) => textOf(value ?? null),

  Hash: (given) => {
    const [data = null] = given;
    const text = typeof data === 'string' ? data : textOf(data);
    if (text.length > longestHashed) {
      throw intrinsicError(
        `The function 'States.Hash' takes at most ${longestHashed} characters, not ${text.length}`,
      );
    }
    return (
      hashOf(text, textAt(given, 1, 'Hash')) ??
      refuse(given, 1, 'Hash', `one of ${hashAlgorithms.join(', ')}`)
    );
  },

  JsonMerge: (given) => {
    const [first = null, second = null, isDeep] = given;
    if (isDeep !== false)
      return refuse(given, 2, 'JsonMerge', 'false (a deep merge is not part of the language)');
    if (!isObject(first)) return refuse(given, 0, 'JsonMerge', 'an object');
    if (!isObject(second)) return refuse(given, 1, 'JsonMerge', 'an object');
    return objectOf([...Object.entries(first), ...Object.entries(second)]);
  },

  /** The end is not among the numbers. The same seed gives the same number. */
  MathRandom: (given, { random }) => {
    const from = integerAt(given, 0, 'MathRandom');
    const to = integerAt(given, 1, 'MathRandom');
    const source = given.length > 2 ? new Random(`${integerAt(given, 2, 'MathRandom')}`) : random;
    return from + Math.floor(source.number() * (to - from));
  },

  MathAdd: (given) => {
    const sum = integerAt(given, 0, 'MathAdd') + integerAt(given, 1, 'MathAdd');
    return Number.isFinite(sum)
      ? sum
      : refuse(given, 1, 'MathAdd', 'a number that the first can be added to');
  },

  UUID: (_, { random }) => random.uuid(),
} satisfies Partial<Intrinsics>;

/** `1e999` is JSON, and no number that JSON could be written with. */
function finite(_key: string, value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('The number is too large.');
  return value;
}

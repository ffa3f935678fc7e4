import { isArray, isObject, type Json } from '../../asl/json.ts';

/** A place in which two values differ. */
export interface ValueDifference {
  /** JSON pointer into the value; empty for the whole of it. */
  readonly pointer: string;
  /** Undefined where there is nothing. */
  readonly expected: Json | undefined;
  readonly actual: Json | undefined;
}

/** Whether two values at a place, of which not both are lists or both objects, are taken to be the same. */
export type SameLeaf = (expected: Json | undefined, actual: Json | undefined, pointer: string) => boolean;

/** The innermost places in which two values differ. */
export function* valueDifferences(
  expected: Json | undefined,
  actual: Json | undefined,
  isSame: SameLeaf,
  pointer = '',
): Generator<ValueDifference> {
  if (isArray(expected) && isArray(actual)) {
    for (let place = 0; place < Math.max(expected.length, actual.length); place++) {
      yield* valueDifferences(expected[place], actual[place], isSame, `${pointer}/${place}`);
    }
  } else if (isObject(expected) && isObject(actual)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const inner = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      yield* valueDifferences(ownOf(expected, name), ownOf(actual, name), isSame, inner);
    }
  } else if (!isSame(expected, actual, pointer)) yield { pointer, expected, actual };
}

function ownOf(value: { readonly [key: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

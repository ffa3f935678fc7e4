import { MillraceError } from '../errors/millraceError.ts';
import type { Json } from './json.ts';
import { deepestNesting } from './nesting.ts';
import { numberProblem } from './numbers.ts';

/** Thrown for a value that would not come back from JSON as it went in; the message names the place. */
export class NotSerializableError extends MillraceError {
  override readonly code = 'NotSerializable';
  override readonly name = 'NotSerializableError';
  constructor(path: string, problem: string) {
    super(`${readable(path)} ${problem}.`);
  }
}

/** A value that is nested a thousand levels deep has a path of thousands of characters: its ends say where it is. */
function readable(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 100)}…${path.slice(-60)}`;
}

/**
 * The value as JSON, unchanged: what JSON would alter (a Date, a Map, NaN, a function, …) is refused with its path
 * instead of being altered. Undefined properties are allowed, as JSON drops them; an undefined value stays undefined.
 *
 * @param path how messages name the value, such as `output` or `context`
 * @throws NotSerializableError
 */
export function serializable(value: unknown, path: string): Json | undefined {
  if (value === undefined) return undefined;
  refuseUnstorable(value, path);
  return value as Json;
}

/**
 * The same for a value that comes from outside, and not from a machine: a number that has been rounded on its way, or would
 * be, is refused too.
 *
 * @throws NotSerializableError
 */
export function received(value: unknown, path: string): Json | undefined {
  const json = serializable(value, path);
  if (json !== undefined) refuseRounded(json, path);
  return json;
}

function refuseRounded(value: Json, path: string): void {
  if (typeof value === 'number') {
    const problem = numberProblem(value);
    if (problem !== undefined) throw new NotSerializableError(path, problem);
  } else if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) refuseRounded(part, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      if (part !== undefined) refuseRounded(part, partPath(path, key));
    }
  }
}

/**
 * @param isReference objects that are stored in another way, and not looked into
 * @throws NotSerializableError with the path of the first part that JSON cannot hold
 */
export function refuseUnstorable(
  value: unknown,
  path: string,
  isReference: (value: object) => boolean = () => false,
): void {
  refusePart(value, path, [], isReference);
}

export function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of another realm's objects (a test runner's, say) is plain too.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** No instance of a class that extends Array; the arrays of another realm are plain too. */
export function isPlainArray(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Array.prototype || (prototype !== null && hasPlainPrototype(Object(prototype)));
}

function isEnumerable(value: object, key: PropertyKey): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, key);
}

function refusePart(
  value: unknown,
  path: string,
  ancestors: readonly object[],
  isReference: (value: object) => boolean,
): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new NotSerializableError(path, `is ${value}: store null or a string`);
  }
  const advice = adviceByType[typeof value];
  if (advice !== undefined) throw new NotSerializableError(path, advice);
  if (typeof value !== 'object' || value === null || isReference(value)) return;
  if (ancestors.includes(value)) {
    throw new NotSerializableError(path, 'contains itself: store an id instead of the object');
  }
  if (ancestors.length >= deepestNesting) {
    throw new NotSerializableError(path, `is nested more than ${deepestNesting} levels deep: flatten it`);
  }
  const within = [...ancestors, value];
  // Before its keys: a tracer of asynchronous calls gives every promise a symbol for a key.
  const isPlain = Array.isArray(value) ? isPlainArray(value) : hasPlainPrototype(value);
  if (!isPlain) throw new NotSerializableError(path, classAdvice(value));
  const symbol = Object.getOwnPropertySymbols(value).find((key) => isEnumerable(value, key));
  if (symbol !== undefined) {
    throw new NotSerializableError(`${path}[${String(symbol)}]`, 'has a symbol for a key: use a string');
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      refusePart(value[index], `${path}[${index}]`, within, isReference);
    }
    const key = Object.keys(value)[value.length];
    if (key !== undefined) {
      throw new NotSerializableError(
        partPath(path, key),
        'is a property of an array beside its items: store an object, such as { ...match.groups }',
      );
    }
    return;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    throw new NotSerializableError(path, 'has a toJSON(): store what it gives');
  }
  for (const [key, part] of Object.entries(value)) {
    if (part !== undefined) refusePart(part, partPath(path, key), within, isReference);
  }
}

/** The path of a part of a value, as one would write it in code. */
export function partPath(path: string, key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

const adviceByType: Readonly<Record<string, string>> = {
  undefined: 'is undefined, which an array cannot keep: store null',
  function: 'is a function: store a name to find it by',
  symbol: 'is a symbol: store a string',
  bigint: 'is a BigInt: store it as a string',
};

const adviceByClass: readonly (readonly [abstract new (...args: never) => object, string])[] = [
  [Date, 'is a Date: store its toISOString()'],
  [Map, 'is a Map: store Object.fromEntries(map) or [...map]'],
  [Set, 'is a Set: store [...set]'],
  [RegExp, 'is a RegExp: store its source and flags'],
  [Promise, 'is a Promise: invoke a fromPromise actor and store its output'],
  [Error, 'is an Error: store { name, message }'],
];

function classAdvice(value: object): string {
  const known = adviceByClass.find(([type]) => value instanceof type);
  if (known) return known[1];
  const name: unknown = value.constructor?.name;
  return `is an instance of ${typeof name === 'string' && name !== '' ? name : 'a class'}: store a plain object`;
}

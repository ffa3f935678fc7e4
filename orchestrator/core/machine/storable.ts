import type { Json } from '../json.ts';
import { isActorRef } from './xstateInternals.ts';

/** Thrown within a step when something that has to be stored or sent is not what JSON can hold. */
export class NotSerializableError extends Error {
  readonly code = 'NotSerializable';
  override readonly name = 'NotSerializableError';
  constructor(path: string, problem: string) {
    super(`${path} ${problem}.`);
  }
}

/** A key that stands for a reference in what is stored, or that is data and looks like one. See references.ts. */
export const referenceKey = /^\$+actor$/;

const dollar = 36;

/** Deeper than this, a value is looked at with an eye to cycles. */
const maxFastDepth = 100;

/**
 * Checks that JSON changes nothing in a value; references to actors are let pass.
 * @returns the value itself where it can be stored as it is; undefined where it is undefined or holds references to
 * actors, and has to be encoded
 * @throws NotSerializableError with the path of the first part that cannot be stored
 */
export function checkStorable(value: unknown, path: string): Json | undefined {
  if (isPlainJson(value, 0)) return value;
  if (value === undefined) return undefined;
  refuseUnstorable(value, path, []);
  return undefined;
}

/** JSON as it is, undefined properties included (they are dropped), without references or what looks like one. */
function isPlainJson(value: unknown, depth: number): value is Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (depth > maxFastDepth) return false;
      return Array.isArray(value) ? isPlainArray(value, depth + 1) : isPlainObject(value, depth + 1);
    default:
      return false;
  }
}

function isPlainArray(values: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < values.length; index++) if (!isPlainJson(values[index], depth)) return false;
  return true;
}

function isPlainObject(value: object, depth: number): boolean {
  if (!hasPlainPrototype(value)) return false;
  for (const [key, part] of Object.entries(value)) {
    if (key.charCodeAt(0) === dollar && referenceKey.test(key)) return false;
    if (part !== undefined && !isPlainJson(part, depth)) return false;
  }
  return true;
}

function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuseUnstorable(value: unknown, path: string, ancestors: readonly object[]): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new NotSerializableError(path, `is ${value}: store null or a string`);
  }
  const advice = adviceByType[typeof value];
  if (advice !== undefined) throw new NotSerializableError(path, advice);
  if (typeof value !== 'object' || value === null || isActorRef(value)) return;
  if (ancestors.includes(value)) {
    throw new NotSerializableError(path, 'contains itself: store an id in place of the object');
  }
  const within = [...ancestors, value];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      refuseUnstorable(value[index], `${path}[${index}]`, within);
    return;
  }
  if (!hasPlainPrototype(value)) throw new NotSerializableError(path, classAdvice(value));
  for (const [key, part] of Object.entries(value)) {
    if (part !== undefined) refuseUnstorable(part, partPath(path, key), within);
  }
}

function partPath(path: string, key: string): string {
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

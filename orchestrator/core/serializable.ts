import type { Json } from './json.ts';

/** Thrown for a value that would not come back from JSON as it went in; the message names the place. */
export class NotSerializableError extends Error {
  readonly code = 'NotSerializable';
  override readonly name = 'NotSerializableError';
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
  check(value, path, []);
  return value as Json;
}

/** Nesting deeper than this is taken for a mistake, before the call stack ends. */
const deepest = 1000;

/** What of JavaScript's own types JSON has no place for, and what to store in its place. */
const unstorable: Readonly<Record<string, [problem: string, instead: string]>> = {
  bigint: ['is a BigInt', 'store it as a string'],
  function: ['is a function', 'leave it out'],
  symbol: ['is a symbol', 'store a string'],
};

function check(value: unknown, path: string, ancestors: object[]): void {
  const problem = unstorable[typeof value];
  if (problem) refuse(path, ...problem);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    refuse(path, `is ${value}`, 'JSON has no such number; store null or a string');
  }
  if (typeof value === 'object' && value !== null) checkObject(value, path, ancestors);
}

function checkObject(value: object, path: string, ancestors: object[]): void {
  if (ancestors.includes(value)) refuse(path, 'refers back to what holds it', 'JSON has no cycles');
  if (ancestors.length > deepest) refuse(path, `is nested more than ${deepest} levels deep`, 'flatten it');
  ancestors.push(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, ancestors);
  } else {
    checkPlain(value, path);
    for (const [key, field] of Object.entries(value)) check(field, `${path}.${key}`, ancestors);
  }
  ancestors.pop();
}

const advice: Readonly<Record<string, string>> = {
  Date: 'store its toISOString()',
  Map: 'store Object.fromEntries() of it',
  Set: 'store it as an array',
  RegExp: 'store its source',
  Error: 'store its name and message',
};

function checkPlain(value: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return;
  const name = value.constructor?.name || 'class instance';
  const kind = value instanceof Error ? 'Error' : name;
  // An object of another realm (a vm context, a test runner) is as plain as ours.
  if (name === 'Object') return;
  refuse(path, `is a ${name}`, advice[kind] ?? 'store a plain object with its data');
}

function refuse(path: string, problem: string, instead: string): never {
  throw new NotSerializableError(`${path} ${problem}: ${instead}.`);
}

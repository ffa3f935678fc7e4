import { isError } from '../data/describeThrown.ts';
import type { Json } from '../data/json.ts';
import { isMarkKey } from '../data/marks.ts';
import { hasPlainPrototype, isPlainArray, refuseUnstorable } from '../data/serializable.ts';
import { isActorRef } from './xstateInternals.ts';

/** Deeper than this, a value is looked at with an eye to cycles. */
const maxFastDepth = 100;

/**
 * Checks that JSON changes nothing in a value; actors and errors are let pass, which are stored by marks.
 * @returns the value itself where it can be stored as it is; undefined where it is undefined, or holds actors, errors
 * or properties that are undefined, and has to be encoded
 * @throws NotSerializableError with the path of the first part that cannot be stored
 */
export function checkStorable(value: unknown, path: string): Json | undefined {
  if (isPlainJson(value, 0)) return value;
  if (value === undefined) return undefined;
  refuseUnstorable(value, path, (part) => isActorRef(part) || isError(part));
  return undefined;
}

/** JSON as it is, without references or what looks like one. */
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
      return Array.isArray(value) ? isPlainList(value, depth + 1) : isPlainObject(value, depth + 1);
    default:
      return false;
  }
}

function isPlainList(values: readonly unknown[], depth: number): boolean {
  if (!isPlainArray(values) || Object.keys(values).length !== values.length || hasSymbols(values))
    return false;
  for (let index = 0; index < values.length; index++) if (!isPlainJson(values[index], depth)) return false;
  return true;
}

function isPlainObject(value: object, depth: number): boolean {
  if (!hasPlainPrototype(value) || hasSymbols(value) || 'toJSON' in value) return false;
  for (const [key, part] of Object.entries(value)) {
    if (isMarkKey(key)) return false;
    if (!isPlainJson(part, depth)) return false;
  }
  return true;
}

function hasSymbols(value: object): boolean {
  return Object.getOwnPropertySymbols(value).length > 0;
}

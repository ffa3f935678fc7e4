import type { AnyActorRef } from 'xstate';
import { describeThrown, isError } from '../data/describeThrown.ts';
import type { Json, JsonObject } from '../data/json.ts';
import { isUndefinedMark, markedKey, undefinedMark, unmarkedKey } from '../data/marks.ts';
import {
  markedThrown,
  revivedError,
  revivedThrown,
  shownData,
  thrownAsJson,
  thrownOfJson,
} from '../data/thrown.ts';
import { isActorRef } from './xstateInternals.ts';

/**
 * Marks in what is stored and sent (data/marks.ts). An actor is `{ $actor: address, id }`, with `id` where it is not the
 * address. The address of a machine is its execution's id, that of its task n is `<execution id>.<n>`; an actor that
 * never started has none (`''`). An error is `{ $error: true, name, message, … }` with its own fields; in a context it is
 * the same without the mark, and its place is stored beside the context. In what is stored, a key of data that looks the
 * same (`$actor`, `$$actor`, …) gets one `$` more, so that data from outside is never taken for a mark.
 */

const marks = /"\$+(?:actor|error|thrown|undefined)":/;

/** Whether stored text can hold anything for {@link reviveReferences} to do. */
export function mayHoldReferences(stored: string): boolean {
  return stored.includes('"$') && marks.test(stored);
}

/** Keys and indexes that lead to a part of a value. */
export type DataPath = readonly (string | number)[];

/** Told of each error that is left without a mark. */
type ErrorPlaces = DataPath[];

/**
 * A copy in which each actor is the JSON that refers to it, and each error its data. For a value that `checkStorable` has
 * let pass.
 * @param into `store` marks data that looks like a mark, and properties that are undefined; `message` leaves it as it is; `data` marks no errors
 */
export function encodeReferences(
  value: unknown,
  into: 'store' | 'message' | 'data',
  referenceTo: (actor: AnyActorRef) => JsonObject,
): Json | undefined {
  return encodePart(value, { into, referenceTo, keepsUndefined: into === 'store' }, []);
}

/**
 * The same into `store`, with the places of errors in the place of their marks.
 * @param keepsUndefined of what users read, too, no property is marked
 */
export function encodeWithPlaces(
  value: unknown,
  referenceTo: (actor: AnyActorRef) => JsonObject,
  keepsUndefined: boolean,
): { readonly value: Json | undefined; readonly errors: readonly DataPath[] } {
  const errors: ErrorPlaces = [];
  return { value: encodePart(value, { into: 'store', referenceTo, keepsUndefined, errors }, []), errors };
}

interface Encoding {
  readonly into: 'store' | 'message' | 'data';
  readonly referenceTo: (actor: AnyActorRef) => JsonObject;
  readonly keepsUndefined: boolean;
  readonly errors?: ErrorPlaces;
}

function encodePart(value: unknown, encoding: Encoding, path: DataPath): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) {
        return value.map((part, index) => encodePart(part, encoding, [...path, index]) ?? null);
      }
      if (isActorRef(value)) return encoding.referenceTo(value);
      if (isError(value)) return encodeError(value, encoding, path);
      const copy: [string, Json | undefined][] = [];
      for (const [key, part] of Object.entries(value)) {
        const stored = encoding.into === 'store' ? markedKey(key) : key;
        const isMarked = part === undefined && encoding.keepsUndefined;
        copy.push([stored, isMarked ? undefinedMark : encodePart(part, encoding, [...path, key])]);
      }
      return Object.fromEntries(copy);
    }
    default:
      return undefined;
  }
}

/** An error that was made in this process is stored without its stack, which differs from one bundle to the next. */
function encodeError(error: Error, { into, errors }: Encoding, path: DataPath): Json {
  const thrown = describeThrown(error, 'stored');
  if (into === 'data') return shownData(thrownAsJson(thrown) ?? null);
  if (!errors) return markedThrown(thrown);
  errors.push(path);
  return thrownAsJson(thrown) ?? null;
}

/**
 * The reverse of {@link encodeReferences} into `store`.
 * @param errors places of errors that are stored without a mark; what is within them is theirs to revive
 */
export function reviveReferences(
  value: Json | undefined,
  actorAt: (address: string, id: string) => AnyActorRef,
  errors: readonly DataPath[] = [],
): unknown {
  if (errors.some(({ length }) => length === 0)) return revivedThrown(thrownOfJson(value));
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    return value.map((part, index) => reviveReferences(part, actorAt, within(errors, index)));
  }
  if (isUndefinedMark(value)) return undefined;
  const address = value.$actor;
  if (typeof address === 'string') {
    const id = value.id;
    return actorAt(address, typeof id === 'string' ? id : address);
  }
  if (value.$error === true) return revivedError(value);
  const revived: [string, unknown][] = [];
  for (const [stored, part] of Object.entries(value)) {
    const key = unmarkedKey(stored);
    revived.push([key, reviveReferences(part, actorAt, within(errors, key))]);
  }
  return Object.fromEntries(revived);
}

function within(places: readonly DataPath[], key: string | number): readonly DataPath[] {
  return places.length === 0 ? places : places.filter(([first]) => first === key).map(([, ...rest]) => rest);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

import type { AnyActorRef } from 'xstate';
import { describeThrown, isError } from '../data/describeThrown.ts';
import type { Json, JsonObject } from '../data/json.ts';
import { markedKey, unmarkedKey } from '../data/marks.ts';
import { revivedError, shownData, thrownAsJson } from '../data/thrown.ts';
import { isActorRef } from './xstateInternals.ts';

/**
 * Marks in what is stored and sent (data/marks.ts). An actor is `{ $actor: address, id }`, with `id` where it is not the
 * address. The address of a machine is its execution's id, that of its task n is `<execution id>.<n>`; an actor that
 * never started has none (`''`). An error is `{ $error: true, name, message, … }` with its own fields. In what is stored,
 * a key of data that looks the same (`$actor`, `$$actor`, …) gets one `$` more, so that data from outside is never taken
 * for a mark.
 */

const marks = /"\$+(?:actor|error|thrown)":/;

/** Whether stored text can hold anything for {@link reviveReferences} to do. */
export function mayHoldReferences(stored: string): boolean {
  return stored.includes('"$') && marks.test(stored);
}

/**
 * A copy in which each actor is the JSON that refers to it, and each error its data. For a value that `checkStorable` has
 * let pass.
 * @param into `store` marks data that looks like a mark; `message` leaves it as it is; `data` marks no errors
 */
export function encodeReferences(
  value: unknown,
  into: 'store' | 'message' | 'data',
  referenceTo: (actor: AnyActorRef) => JsonObject,
): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((part) => encodeReferences(part, into, referenceTo) ?? null);
      if (isActorRef(value)) return referenceTo(value);
      if (isError(value)) return encodeError(value, into);
      const copy: [string, Json | undefined][] = [];
      for (const [key, part] of Object.entries(value)) {
        copy.push([into === 'store' ? markedKey(key) : key, encodeReferences(part, into, referenceTo)]);
      }
      return Object.fromEntries(copy);
    }
    default:
      return undefined;
  }
}

/** Of an error that was made in this process, no stack is stored: it differs from one bundle to the next. */
function encodeError(error: Error, into: 'store' | 'message' | 'data'): Json {
  const data = thrownAsJson(describeThrown(error, 'stored'));
  if (into === 'data') return shownData(data ?? null);
  return typeof data === 'object' && data !== null ? { $error: true, ...data } : (data ?? null);
}

/** The reverse of {@link encodeReferences} into `store`. */
export function reviveReferences(
  value: Json | undefined,
  actorAt: (address: string, id: string) => AnyActorRef,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((part) => reviveReferences(part, actorAt));
  const address = value.$actor;
  if (typeof address === 'string') {
    const id = value.id;
    return actorAt(address, typeof id === 'string' ? id : address);
  }
  if (value.$error === true) return revivedError(value);
  const revived: [string, unknown][] = [];
  for (const [key, part] of Object.entries(value)) {
    revived.push([unmarkedKey(key), reviveReferences(part, actorAt)]);
  }
  return Object.fromEntries(revived);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

import type { AnyActorRef } from 'xstate';
import type { Json, JsonObject } from '../data/json.ts';
import { referenceKey } from './storable.ts';
import { isActorRef } from './xstateInternals.ts';

/**
 * References to actors, in what is stored and sent: `{ $actor: address, id }`, with `id` where it is not the address.
 * The address of a machine is its execution's id, that of its task n is `<execution id>.<n>`; an actor that never
 * started has none (`''`). In what is stored, a key of data that looks the same (`$actor`, `$$actor`, …) gets one `$`
 * more, so that data from outside is never taken for a reference.
 *
 * A property that is undefined is `{ $undefined: true }` in what a machine gets back, since it would not be there otherwise.
 */

const refersOrLooksSo = /"\$+(?:actor|undefined)":/;

/** Whether stored text can hold anything for {@link reviveReferences} to do. */
export function mayHoldReferences(stored: string): boolean {
  const mayHold = stored.includes('$actor":') || stored.includes('$undefined":');
  return mayHold && refersOrLooksSo.test(stored);
}

/**
 * A copy in which each actor is the JSON that refers to it. For a value that `checkStorable` has let pass.
 * @param into `store` marks data that looks like a reference, and properties that are undefined; `output` only the former,
 * since users read it, too; `message` nothing
 */
export function encodeReferences(
  value: unknown,
  into: 'store' | 'output' | 'message',
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
      const copy: [string, Json | undefined][] = [];
      for (const [key, part] of Object.entries(value)) {
        copy.push([
          into !== 'message' && referenceKey.test(key) ? `$${key}` : key,
          part === undefined && into === 'store' ? undefinedMark : encodeReferences(part, into, referenceTo),
        ]);
      }
      return Object.fromEntries(copy);
    }
    default:
      return undefined;
  }
}

const undefinedMark = { $undefined: true } as const;

function isUndefinedMark(value: JsonObject): boolean {
  return value.$undefined === true;
}

/** The reverse of {@link encodeReferences} into `store`. */
export function reviveReferences(
  value: Json | undefined,
  actorAt: (address: string, id: string) => AnyActorRef,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((part) => reviveReferences(part, actorAt));
  if (isUndefinedMark(value)) return undefined;
  const address = value.$actor;
  if (typeof address === 'string') {
    const id = value.id;
    return actorAt(address, typeof id === 'string' ? id : address);
  }
  const revived: [string, unknown][] = [];
  for (const [key, part] of Object.entries(value)) {
    revived.push([referenceKey.test(key) ? key.slice(1) : key, reviveReferences(part, actorAt)]);
  }
  return Object.fromEntries(revived);
}

/** What is stored, for a reader: data as it was given, and references as they are stored. */
export function withoutMarks(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map(withoutMarks);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) =>
      part === undefined || (isRecord(part) && isUndefinedMark(part))
        ? []
        : [[key.startsWith('$$') && referenceKey.test(key) ? key.slice(1) : key, withoutMarks(part)]],
    ),
  );
}

function isRecord(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

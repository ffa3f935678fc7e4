import type { Json } from './json.ts';

/**
 * Keys that say what an object in stored data stands for: an actor (`$actor`), an error (`$error`), a thrown value that
 * is not an error (`$thrown`), a property that is undefined (`$undefined`), which would not be there otherwise. A key of data that looks the same gets one `$` more, so that data never passes for one.
 */
const markKey = /^\$+(?:actor|error|thrown|undefined)$/;

const dollar = 36;

export function isMarkKey(key: string): boolean {
  return key.charCodeAt(0) === dollar && markKey.test(key);
}

/** The key under which a key of data is stored. */
export function markedKey(key: string): string {
  return isMarkKey(key) ? `$${key}` : key;
}

/** The reverse of {@link markedKey}. */
export function unmarkedKey(key: string): string {
  return isMarkKey(key) ? key.slice(1) : key;
}

/** Whether stored data holds marks, or keys of data that look like them. */
export function holdsMarks(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((each: Json) => holdsMarks(each));
  return Object.entries(value).some(
    ([key, part]) => isMarkKey(key) || (part !== undefined && holdsMarks(part)),
  );
}

export const undefinedMark = { $undefined: true } as const;

export function isUndefinedMark(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && '$undefined' in value && value.$undefined === true;
}

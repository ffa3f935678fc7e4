import { isObject, type Json, type JsonObject } from '../json.ts';

/** A text of JSON; undefined where the history does not have it, or not all of it. */
export function dataIn(details: JsonObject, name: string): Json | undefined {
  const about = details[`${name}Details`];
  const text = details[name];
  if (typeof text !== 'string' || (isObject(about) && about.truncated === true)) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

export function assignedIn({ assignedVariables: values }: JsonObject): JsonObject | undefined {
  if (!isObject(values)) return undefined;
  return Object.fromEntries(
    Object.keys(values).flatMap((name): readonly (readonly [string, Json])[] => {
      const value = dataIn(values, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function secondsIn(details: JsonObject, name: string): number | undefined {
  const seconds = details[name];
  return typeof seconds === 'number' ? seconds : undefined;
}

export function failureTexts({ error, cause }: JsonObject) {
  return {
    error: typeof error === 'string' ? error : undefined,
    cause: typeof cause === 'string' ? cause : undefined,
  };
}

export function failureIn(details: JsonObject): { readonly error?: string; readonly cause?: string } {
  const { error, cause } = failureTexts(details);
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

export function resourceIn({ resource, resourceType }: JsonObject): string | undefined {
  if (typeof resource !== 'string') return undefined;
  return typeof resourceType === 'string' ? `${resourceType}:${resource}` : resource;
}

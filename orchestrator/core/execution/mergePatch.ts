import type { Json } from '../json.ts';

/** A JSON merge patch (RFC 7396): objects are merged, null removes, anything else replaces. */
export function patched(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else result[key] = patched(result[key] ?? null, value);
  }
  return result;
}

function isObject(value: Json): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Json } from '../../data/json.ts';

/** A JSON merge patch (RFC 7396): objects are merged, null removes, anything else replaces. */
export function patched(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) result.delete(key);
    else result.set(key, patched(result.get(key) ?? null, value));
  }
  return Object.fromEntries(result);
}

function isObject(value: Json): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

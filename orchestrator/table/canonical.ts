import type { Json } from '../core/data/json.ts';
import { isObject } from './attributes.ts';

/** The value with the keys of its objects in one order. */
export function canonical(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => canonical(item) ?? null);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, canonical(field)]));
}

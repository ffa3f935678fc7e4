import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';

export type { Json, JsonObject };

export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** A property that the object itself has: data may be named like a property of every object. */
export function own(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function equal(a: Json, b: Json): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && isDeepStrictEqual(a, b));
}

/** An object of these entries, where a key may be `__proto__`. */
export function objectOf(entries: Iterable<readonly [string, Json]>): { [key: string]: Json } {
  return Object.fromEntries(entries);
}

export function textOf(value: Json): string {
  return JSON.stringify(value);
}

/** Bytes of the value as JSON in UTF-8, as Step Functions counts payloads. */
export function byteLength(value: Json): number {
  return Buffer.byteLength(textOf(value));
}

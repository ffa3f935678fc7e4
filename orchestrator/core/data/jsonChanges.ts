import type { Json } from './json.ts';

/** One place in which two JSON values differ. `before` is absent where the place was added, `after` where it was removed. */
export interface JsonChange {
  /** As one would write it in code: `items[2].name`; empty for the value as a whole. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** The places in which two values differ: as deep as both are objects, or both arrays; in the order of the newer one. */
export function jsonChanges(before: Json | undefined, after: Json | undefined, path = ''): JsonChange[] {
  if (before === after) return [];
  if (isArray(before) && isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      jsonChanges(before[index], after[index], `${path}[${index}]`),
    ).flat();
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
    return [...keys].flatMap((key) => jsonChanges(own(before, key), own(after, key), partPath(path, key)));
  }
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(record: { readonly [key: string]: Json | undefined }, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function partPath(path: string, key: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

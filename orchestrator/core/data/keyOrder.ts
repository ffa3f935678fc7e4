import type { Json } from './json.ts';

/**
 * The order of keys, for a store that gives the keys of a map in an order of its own. It is one short text beside the value:
 * for each object with two keys or more, in depth-first order over sorted keys, the places of its keys among the sorted
 * ones. Nothing stands for an object whose keys are sorted anyway, and `*n` for n equal places in a row.
 */

const separator = ';';
/** Places of one digit each, to base 36. */
const mostDigits = 36;

/** What {@link withKeyOrder} needs to restore the order of keys; undefined where they are sorted everywhere. */
export function keyOrderOf(value: Json): string | undefined {
  const places: string[] = [];
  collect(value, places);
  while (places.at(-1) === '') places.pop();
  return places.length === 0 ? undefined : shortened(places).join(separator);
}

/** The value with its keys in the order that was noted. A value that was changed since, or never noted, stays as it is. */
export function withKeyOrder(value: Json, order: string | undefined): Json {
  if (order === undefined) return value;
  const places = lengthened(order.split(separator));
  const ordered = places && reorder(value, places);
  return ordered === undefined || places?.next().done !== true ? value : ordered;
}

function collect(value: Json, places: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (isList(value)) {
    for (const part of value) collect(part, places);
    return;
  }
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  const sorted = [...keys].sort(byCodeUnits);
  if (keys.length > 1) places.push(placesOf(keys, sorted));
  for (const key of sorted) collect(value[key] ?? null, places);
}

function placesOf(keys: readonly string[], sorted: readonly string[]): string {
  if (keys.every((key, index) => key === sorted[index])) return '';
  const placeOf = new Map(sorted.map((key, place) => [key, place]));
  return keys.map((key) => (placeOf.get(key) ?? 0).toString(36)).join(keys.length > mostDigits ? '.' : '');
}

function shortened(places: readonly string[]): readonly string[] {
  const short: string[] = [];
  for (let from = 0; from < places.length; ) {
    let to = from;
    while (places[to] === places[from] && to < places.length) to++;
    short.push(to - from > 1 ? `${places[from]}*${to - from}` : (places[from] ?? ''));
    from = to;
  }
  return short;
}

function* lengthened(short: readonly string[]): Generator<string, undefined> {
  for (const each of short) {
    const [places = '', count = '1'] = each.split('*');
    for (let left = Number(count); left > 0; left--) yield places;
  }
}

/** Undefined where the places are not those of the value. */
function reorder(value: Json, places: Iterator<string, undefined>): Json | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const list: Json[] = [];
    for (const part of value) {
      const ordered = reorder(part, places);
      if (ordered === undefined) return undefined;
      list.push(ordered);
    }
    return list;
  }
  const sorted = Object.keys(value).sort(byCodeUnits);
  const keys = sorted.length > 1 ? keysAt(sorted, places.next().value ?? '') : sorted;
  if (!keys) return undefined;
  const parts = new Map<string, Json>();
  for (const key of sorted) {
    const ordered = reorder(value[key] ?? null, places);
    if (ordered === undefined) return undefined;
    parts.set(key, ordered);
  }
  return Object.fromEntries(keys.map((key) => [key, parts.get(key) ?? null]));
}

function keysAt(sorted: readonly string[], places: string): readonly string[] | undefined {
  if (places === '') return sorted;
  const at = places.split(sorted.length > mostDigits ? '.' : '').map((place) => Number.parseInt(place, 36));
  const isPermutation = at.length === sorted.length && new Set(at).size === at.length;
  const keys = at.flatMap((place) => sorted[place] ?? []);
  return isPermutation && keys.length === sorted.length ? keys : undefined;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

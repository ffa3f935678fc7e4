import { isArray, isObject, type Json } from '../json.ts';
import { keyOf, lineWidth } from './code.ts';

/** Facts about a value that are known before the machine runs. */
export type Known =
  /** Nothing. */
  | { readonly type: 'json' }
  | { readonly type: 'string' | 'boolean' | 'null' | 'number' }
  /** A whole number. */
  | { readonly type: 'integer' }
  | { readonly type: 'array'; readonly items: Known }
  /** It has at least these properties. */
  | { readonly type: 'object'; readonly properties: Readonly<Record<string, Known>> };

export const unknown: Known = { type: 'json' };

/** Objects and arrays are known so deep. */
const deepest = 4;
/** Properties that are written down of an object. */
const mostProperties = 24;

export function knownOf(value: Json, depth = 0): Known {
  if (value === null) return { type: 'null' };
  if (typeof value === 'string') return { type: 'string' };
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (typeof value === 'number') return { type: Number.isSafeInteger(value) ? 'integer' : 'number' };
  if (depth >= deepest) return unknown;
  if (isArray(value)) {
    const [first, ...others] = value.map((each) => knownOf(each, depth + 1));
    return { type: 'array', items: first === undefined ? unknown : others.reduce(joined, first) };
  }
  return isObject(value)
    ? objectOfKnown(Object.entries(value).map(([key, each]) => [key, knownOf(each, depth + 1)]))
    : unknown;
}

export function objectOfKnown(entries: readonly (readonly [string, Known])[]): Known {
  const named = entries.filter(([key]) => key !== '__proto__').slice(0, mostProperties);
  return { type: 'object', properties: Object.fromEntries(named) };
}

export function propertyOf(known: Known, key: string): Known | undefined {
  return known.type === 'object' && Object.hasOwn(known.properties, key) ? known.properties[key] : undefined;
}

/** Facts about a value that is one or the other. */
export function joined(a: Known, b: Known): Known {
  if (a.type === 'array' && b.type === 'array') return { type: 'array', items: joined(a.items, b.items) };
  if (a.type === 'object' && b.type === 'object') {
    const entries = Object.entries(a.properties).flatMap(([key, each]): [string, Known][] => {
      const other = propertyOf(b, key);
      return other === undefined ? [] : [[key, joined(each, other)]];
    });
    return objectOfKnown(entries);
  }
  if (a.type === b.type) return a;
  if (isNumber(a) && isNumber(b)) return { type: 'number' };
  return unknown;
}

export function isNumber({ type }: Known): boolean {
  return type === 'number' || type === 'integer';
}

/** Neither an object nor an array, for sure. */
export function isScalar({ type }: Known): boolean {
  return type !== 'json' && type !== 'array' && type !== 'object';
}

/** Whether two say the same. */
export function isSame(a: Known, b: Known): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The properties that code reads of a value. */
export function pruned(known: Known, name: string, code: string): Known {
  const reads = new RegExp(`\\b${name}((?:\\.[A-Za-z_$][\\w$]*|\\[(?:'[^'\n]*'|"[^"\n]*")\\])+)`, 'g');
  const paths = [...code.matchAll(reads)].map(([, path = '']) =>
    [...path.matchAll(/\.([A-Za-z_$][\w$]*)|\['([^'\n]*)'\]|\["([^"\n]*)"\]/g)].map(
      ([, plain, single, double]) => plain ?? single ?? double ?? '',
    ),
  );
  return prunedTo(known, paths);
}

function prunedTo(known: Known, paths: readonly (readonly string[])[]): Known {
  if (known.type === 'array') return { type: 'array', items: unknown };
  if (known.type !== 'object') return known;
  const entries = Object.entries(known.properties).flatMap(([key, each]): [string, Known][] => {
    const further = paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
    return further.length === 0 ? [] : [[key, prunedTo(each, further)]];
  });
  return entries.length === 0 ? unknown : objectOfKnown(entries);
}

/** The type that TypeScript has for it, on one line. */
export function typeText(known: Known): string {
  switch (known.type) {
    case 'json':
      return 'Json';
    case 'integer':
      return 'number';
    case 'array': {
      const items = typeText(known.items);
      return /^\w+$/.test(items) ? `readonly ${items}[]` : `readonly (${items})[]`;
    }
    case 'object': {
      const properties = Object.entries(known.properties);
      if (properties.length === 0) return '{ readonly [key: string]: Json }';
      return `{ ${properties.map(([key, each]) => `readonly ${keyOf(key)}: ${typeText(each)}`).join('; ')} }`;
    }
    default:
      return known.type;
  }
}

/**
 * The type on as many lines as it needs.
 *
 * @param before columns that are taken in its first line
 */
export function printType(known: Known, indent: number, before: number): string {
  const line = typeText(known);
  if (known.type !== 'object' || before + line.length + 1 <= lineWidth) return line;
  const start = ' '.repeat(indent + 2);
  const lines = Object.entries(known.properties).map(([key, each]) => {
    const property = `${start}readonly ${keyOf(key)}: `;
    return `${property}${printType(each, indent + 2, property.length)};\n`;
  });
  return `{\n${lines.join('')}${' '.repeat(indent)}}`;
}

import { Reader } from '../reader.ts';
import { type Path, type PathFunction, type PathRoot, pathFunctions, type Segment } from './ast.ts';
import { readTest } from './readTest.ts';

/** @throws SyntaxProblem */
export function parsePath(text: string): Path {
  const reader = new Reader(text);
  const path = readPath(reader);
  reader.skipSpace();
  if (!reader.ended) reader.fail('expected the end of the path');
  return path;
}

/** Reads as much of a path as there is: an argument of a function ends at a comma. */
export function readPath(reader: Reader): Path {
  const start = reader.at;
  const root = readRoot(reader);
  const segments: Segment[] = [];
  for (let segment = readSegment(reader); segment; segment = readSegment(reader)) segments.push(segment);
  const text = reader.text.slice(start, reader.at);
  return { text, root, segments, isDefinite: areDefinite(segments) };
}

const identifier = /[\p{L}_][\p{L}\p{N}_]*/uy;

function readRoot(reader: Reader): PathRoot {
  if (reader.take('@')) return { type: 'current' };
  if (reader.take('$$')) return { type: 'context' };
  reader.expect('$');
  const name = reader.match(identifier);
  return name === undefined ? { type: 'data' } : { type: 'variable', name };
}

/** The characters of a name without quotes: all that have no meaning of their own in a path. */
const bareName = /[^\s.[\]()'",*?@$:!<>=&|+~]+/uy;

function readSegment(reader: Reader): Segment | undefined {
  if (reader.take('..')) {
    const to = reader.next === '[' ? readBracket(reader) : readDotted(reader);
    return { type: 'descend', to };
  }
  if (reader.next === '[') return readBracket(reader);
  return reader.take('.') ? readDotted(reader) : undefined;
}

function readDotted(reader: Reader): Segment {
  if (reader.take('*')) return { type: 'wildcard' };
  if (reader.next === '[') return readBracket(reader);
  const name = reader.match(bareName);
  if (name === undefined) return reader.fail('expected a name');
  const call = reader.match(/\(\s*\)/y);
  if (call === undefined) return { type: 'property', names: [name] };
  return isFunction(name) ? { type: 'function', name } : reader.fail(`there is no function ${name}()`);
}

function isFunction(name: string): name is PathFunction {
  return pathFunctions.some((known) => known === name);
}

function readBracket(reader: Reader): Segment {
  reader.expect('[');
  reader.skipSpace();
  const segment = readBracketed(reader);
  reader.skipSpace();
  reader.expect(']');
  return segment;
}

function readBracketed(reader: Reader): Segment {
  if (reader.take('*')) return { type: 'wildcard' };
  if (reader.take('?')) {
    reader.skipSpace();
    reader.expect('(');
    const test = readTest(reader, readPath);
    reader.expect(')');
    return { type: 'filter', test };
  }
  if (reader.next === "'" || reader.next === '"') return { type: 'property', names: readNames(reader) };
  // `[(@.length-1)]`: counted from the end.
  const fromEnd =
    reader.match(/\(\s*@\.length\s*(?=-)/y) && Number(reader.match(/-\s*\d{1,9}/y)?.replace(/\s/g, ''));
  if (typeof fromEnd === 'number') {
    reader.skipSpace();
    reader.expect(')');
    return { type: 'index', indices: [fromEnd] };
  }
  const from = readInteger(reader);
  reader.skipSpace();
  if (reader.take(':')) {
    reader.skipSpace();
    return { type: 'slice', from, to: readInteger(reader) };
  }
  if (from === undefined) return reader.fail('expected a name in quotes, an index, a slice, * or a filter');
  const indices = [from];
  while (reader.take(',')) {
    reader.skipSpace();
    indices.push(readInteger(reader) ?? reader.fail('expected an index'));
    reader.skipSpace();
  }
  return { type: 'index', indices };
}

function readNames(reader: Reader): readonly string[] {
  const names = [reader.quoted()];
  for (;;) {
    reader.skipSpace();
    if (!reader.take(',')) return names;
    reader.skipSpace();
    names.push(reader.quoted());
  }
}

function readInteger(reader: Reader): number | undefined {
  const digits = reader.match(/-?\d{1,15}/y);
  return digits === undefined ? undefined : Number(digits);
}

/** Whether the segments lead to one value: a function makes one of a list. */
function areDefinite(segments: readonly Segment[]): boolean {
  return segments.reduce((one, segment) => segment.type === 'function' || (one && isSingle(segment)), true);
}

/** Whether it leads from one value to one value, and not to a list of those that match. */
export function isSingle(segment: Segment): boolean {
  return segment.type === 'property' || (segment.type === 'index' && segment.indices.length === 1);
}

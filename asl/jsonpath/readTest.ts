import type { Json } from '../json.ts';
import type { Reader } from '../reader.ts';
import { comparisons, type Operand, type Path, type Test } from './ast.ts';

/** Given, because a path may be in a test and a test in a path. */
type ReadPath = (reader: Reader) => Path;

/** Reads the test of a filter, `[?(…)]`, up to its closing parenthesis. */
export function readTest(reader: Reader, readPath: ReadPath): Test {
  const tests = [readAll(reader, readPath)];
  while (reader.take('||')) tests.push(readAll(reader, readPath));
  return combined('or', tests);
}

function readAll(reader: Reader, readPath: ReadPath): Test {
  const tests = [readOne(reader, readPath)];
  while (reader.take('&&')) tests.push(readOne(reader, readPath));
  return combined('and', tests);
}

function combined(type: 'or' | 'and', tests: readonly Test[]): Test {
  const [only] = tests;
  return tests.length === 1 && only ? only : { type, tests };
}

function readOne(reader: Reader, readPath: ReadPath): Test {
  reader.skipSpace();
  const test = reader.take('!')
    ? ({ type: 'not', test: readOne(reader, readPath) } as const)
    : readPlain(reader, readPath);
  reader.skipSpace();
  return test;
}

function readPlain(reader: Reader, readPath: ReadPath): Test {
  if (reader.take('(')) {
    const test = readTest(reader, readPath);
    reader.expect(')');
    return test;
  }
  const left = readOperand(reader, readPath);
  reader.skipSpace();
  const operator = comparisons.find((each) => reader.take(each));
  if (operator !== undefined) {
    reader.skipSpace();
    return { type: 'compare', operator, left, right: readOperand(reader, readPath) };
  }
  return left.type === 'path' ? { type: 'exists', path: left.path } : reader.fail('expected a comparison');
}

function readOperand(reader: Reader, readPath: ReadPath): Operand {
  if (reader.next === '@' || reader.next === '$') return { type: 'path', path: readPath(reader) };
  if (reader.next === '/') return readPattern(reader);
  return { type: 'value', value: readValue(reader) };
}

function readPattern(reader: Reader): Operand {
  const pattern = reader.match(/\/(?:[^/\\]|\\.)*\/i?/y) ?? reader.fail('expected a pattern');
  const end = pattern.lastIndexOf('/');
  return { type: 'pattern', source: pattern.slice(1, end), ignoreCase: pattern.endsWith('i') };
}

function readValue(reader: Reader): Json {
  if (reader.next === "'" || reader.next === '"') return reader.quoted();
  if (reader.take('[')) {
    const values: Json[] = [];
    reader.skipSpace();
    while (!reader.take(']')) {
      values.push(readValue(reader));
      reader.skipSpace();
      if (reader.next !== ']') reader.expect(',');
      reader.skipSpace();
    }
    return values;
  }
  const literal = reader.match(/true\b|false\b|null\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
  if (literal !== undefined) {
    const value: Json = JSON.parse(literal);
    return value;
  }
  // Step Functions takes a text without quotes, too.
  return reader.match(/[\p{L}_][\p{L}\p{N}_-]*/uy) ?? reader.fail('expected a value');
}

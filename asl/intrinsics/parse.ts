import { readPath } from '../jsonpath/parse.ts';
import { Reader } from '../reader.ts';
import { type Argument, arity, type Call, isIntrinsicName } from './ast.ts';

/** Calls within calls, at most: as Step Functions has it. */
const deepest = 10;

/** Whether a text is meant as a call, and not as a path. */
export function looksLikeCall(text: string): boolean {
  return text.startsWith('States.');
}

/** @throws SyntaxProblem */
export function parseCall(text: string): Call {
  const reader = new Reader(text);
  const call = readCall(reader, 1);
  reader.skipSpace();
  if (!reader.ended) reader.fail('expected the end of the call');
  return call;
}

function readCall(reader: Reader, depth: number): Call {
  const start = reader.at;
  reader.expect('States.');
  const name = reader.match(/\w+/y) ?? '';
  if (!isIntrinsicName(name)) return reader.fail(`there is no intrinsic function States.${name}`);
  if (depth > deepest) return reader.fail(`calls are nested more than ${deepest} deep`);
  reader.skipSpace();
  reader.expect('(');
  const given = readArguments(reader, depth);
  const [least, most] = arity[name];
  if (given.length < least || given.length > most) {
    const wanted =
      least === most
        ? `${least}`
        : most === Number.POSITIVE_INFINITY
          ? `${least} or more`
          : `${least} to ${most}`;
    return reader.fail(`States.${name} takes ${wanted} arguments, not ${given.length}`);
  }
  return { text: reader.text.slice(start, reader.at), name, arguments: given };
}

function readArguments(reader: Reader, depth: number): readonly Argument[] {
  const given: Argument[] = [];
  reader.skipSpace();
  if (reader.take(')')) return given;
  for (;;) {
    given.push(readArgument(reader, depth));
    reader.skipSpace();
    if (reader.take(')')) return given;
    reader.expect(',');
    reader.skipSpace();
  }
}

function readArgument(reader: Reader, depth: number): Argument {
  if (reader.next === "'") return readText(reader);
  if (reader.next === '$') return { type: 'path', path: readPath(reader) };
  if (looksLikeCall(reader.text.slice(reader.at, reader.at + 7))) {
    return { type: 'call', call: readCall(reader, depth + 1) };
  }
  const literal = reader.match(/(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y);
  if (literal === undefined) return reader.fail("expected a path, a number, a text in ' or a call");
  const value: number | boolean | null = JSON.parse(literal);
  if (typeof value === 'number' && !Number.isFinite(value)) return reader.fail(`${literal} is too large`);
  return { type: 'value', value };
}

/** A backslash takes a quote, a brace or a backslash as it is. Before anything else it is a backslash. */
function readText(reader: Reader): Argument {
  const raw =
    reader.match(/'(?:[^'\\]|\\[\s\S])*'/y)?.slice(1, -1) ?? reader.fail("expected a text that ends with '");
  return { type: 'text', raw, value: raw.replace(/\\(['{}\\])/g, '$1') };
}

import { numberTextProblem } from '../../orchestrator/core/data/numbers.ts';
import { type Json, objectOf } from '../json.ts';
import { Reader, SyntaxProblem } from '../reader.ts';
import type { Document, SyntaxFault } from './document.ts';
import { Lines, type Position } from './positions.ts';

/** Reads JSON, and keeps where each part stands. */
export function readJson(text: string): Document {
  const lines = new Lines(text);
  const reader = new JsonReader(text.replace(/^\uFEFF/, ' '), lines);
  try {
    const value = reader.document();
    return { value, positions: reader.positions, faults: reader.faults };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const fault = { message: `It is not JSON: ${error.message}`, position: lines.at(error.at), pointer: '' };
    return { value: undefined, positions: reader.positions, faults: [fault] };
  }
}

/** Deeper ones would exhaust the stack, and mean nothing. */
const deepest = 500;

class JsonReader {
  readonly positions = new Map<string, Position>();
  readonly faults: SyntaxFault[] = [];
  readonly #reader: Reader;
  readonly #lines: Lines;

  constructor(text: string, lines: Lines) {
    this.#reader = new Reader(text);
    this.#lines = lines;
  }

  document(): Json {
    const value = this.#value('', 0);
    this.#reader.skipSpace();
    if (!this.#reader.ended) this.#reader.fail('expected the end');
    return value;
  }

  #value(pointer: string, depth: number): Json {
    const reader = this.#reader;
    if (depth > deepest) reader.fail(`it is nested more than ${deepest} deep`);
    reader.skipSpace();
    this.positions.set(pointer, this.#lines.at(reader.at));
    if (reader.take('{')) return this.#object(pointer, depth);
    if (reader.take('[')) return this.#array(pointer, depth);
    if (reader.next === '"') return this.#text();
    const literal = reader.match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (literal === undefined) return reader.fail('expected a value');
    const value: Json = JSON.parse(literal);
    if (typeof value === 'number' && !Number.isFinite(value)) return reader.fail(`${literal} is too large`);
    const problem = typeof value === 'number' ? numberTextProblem(literal) : undefined;
    if (problem !== undefined) this.#addFault(`The number ${problem}`, pointer);
    return value;
  }

  #addFault(message: string, pointer: string): void {
    const position = this.positions.get(pointer);
    if (position) this.faults.push({ message, position, pointer });
  }

  #text(): string {
    const written = this.#reader.match(/"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy);
    if (written === undefined) return this.#reader.fail('expected a string in double quotes, on one line');
    const text: string = JSON.parse(written);
    return text;
  }

  #array(pointer: string, depth: number): Json {
    const values: Json[] = [];
    this.#reader.skipSpace();
    if (this.#reader.take(']')) return values;
    for (;;) {
      values.push(this.#value(`${pointer}/${values.length}`, depth + 1));
      this.#reader.skipSpace();
      if (this.#reader.take(']')) return values;
      this.#reader.expect(',');
    }
  }

  #object(pointer: string, depth: number): Json {
    const entries = new Map<string, Json>();
    this.#reader.skipSpace();
    if (this.#reader.take('}')) return {};
    for (;;) {
      this.#reader.skipSpace();
      const at = this.#reader.at;
      const key = this.#text();
      this.#reader.skipSpace();
      this.#reader.expect(':');
      const path = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const position = this.#lines.at(at);
      if (entries.has(key))
        this.faults.push({ message: `The key "${key}" is there twice`, position, pointer: path });
      entries.set(key, this.#value(path, depth + 1));
      // A field begins with its name.
      this.positions.set(path, position);
      this.#reader.skipSpace();
      if (this.#reader.take('}')) return objectOf(entries);
      this.#reader.expect(',');
    }
  }
}

import jsonata from 'jsonata';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import type { Json } from '../json.ts';
import { lazily } from '../lazily.ts';
import type { Surroundings } from '../random.ts';
import { LinearRegExp } from '../regexp/linearRegExp.ts';
import { UnsupportedPatternError } from '../regexp/syntax.ts';
import { Bounds, ExpressionLimitError } from './bounds.ts';
import { expressionFunctions, rangeOf } from './functions.ts';

/** The library takes options that its types do not name. */
type Compile = (
  text: string,
  options: { readonly RegexEngine: new (pattern: RegExp) => LinearRegExp },
) => jsonata.Expression;
const compile: Compile = jsonata;

/** The value of an expression. */
export type Evaluation =
  | { readonly type: 'value'; readonly value: Json }
  | { readonly type: 'nothing' }
  /** A function, which is not data. */
  | { readonly type: 'unsupported' }
  /** @param message as the library has it, with its code */
  | { readonly type: 'failed'; readonly message: string };

/** A JSONata expression, as Step Functions has the language: bounded, without chance, and without `$eval`. */
export class Expression {
  readonly text: string;
  readonly #compiled: jsonata.Expression;
  #surroundings: Surroundings | undefined;

  /** @param text without its `{%` and `%}` @throws InvalidExpressionError */
  constructor(text: string) {
    this.text = text;
    try {
      this.#compiled = compile(text, { RegexEngine: LinearRegExp });
    } catch (error) {
      throw new InvalidExpressionError(text, error);
    }
    withOwnRanges(this.#compiled.ast());
    this.#register();
  }

  /** @param variables by name, without `$` */
  evaluate(variables: Readonly<Record<string, unknown>>, surroundings: Surroundings): Evaluation {
    const bounds = new Bounds();
    this.#compiled.assign('__evaluate_entry', bounds.enter);
    this.#compiled.assign('__evaluate_exit', bounds.leave);
    this.#surroundings = surroundings;
    try {
      const result: unknown = this.#compiled.evaluate(undefined, variables);
      if (result === undefined) return { type: 'nothing' };
      if (isFunction(result)) return { type: 'unsupported' };
      bounds.check(result);
      const text = JSON.stringify(result, withoutFunctions);
      if (text === undefined) return { type: 'unsupported' };
      const value: Json = JSON.parse(text);
      return { type: 'value', value };
    } catch (error) {
      return { type: 'failed', message: messageOf(error) };
    } finally {
      this.#surroundings = undefined;
    }
  }

  #register(): void {
    const surroundings = () => {
      if (this.#surroundings === undefined) throw new Error('An expression is evaluated within evaluate().');
      return this.#surroundings;
    };
    for (const [name, { run, signature }] of Object.entries(expressionFunctions(surroundings))) {
      this.#compiled.registerFunction(name, run, signature);
    }
    this.#compiled.registerFunction('now', (picture: unknown, timezone: unknown) =>
      timeText(surroundings().now, picture, timezone),
    );
    this.#compiled.registerFunction(ownRange, (from: unknown, to: unknown) => rangeOf(from, to));
    this.#compiled.assign('eval', undefined);
  }
}

/** Thrown for an expression that does not follow the grammar. */
export class InvalidExpressionError extends MillraceError {
  override readonly code = 'InvalidExpression';
  override readonly name = 'InvalidExpressionError';
  /** The place of the first character that does not fit. */
  readonly at: number | undefined;
  constructor(text: string, thrown: unknown) {
    super(`The JSONata expression '${text}' is not valid: ${messageOf(thrown)}`);
    const { position } = partsOf(thrown);
    this.at = typeof position === 'number' ? position : undefined;
  }
}

/** Not a name that an author can write. */
const ownRange = '..';

/** Has the operator `..` call a function, which gives up before it fills the memory. */
function withOwnRanges(root: unknown): void {
  const open: unknown[] = [root];
  const seen = new Set<unknown>();
  for (let node = open.pop(); open.length > 0 || node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null || node instanceof RegExp || seen.has(node)) continue;
    seen.add(node);
    open.push(...Object.values(node));
    const { type, value, lhs, rhs } = partsOf(node);
    if (type !== 'binary' || value !== '..') continue;
    Object.assign(node, {
      type: 'function',
      value: '(',
      procedure: { type: 'variable', value: ownRange },
      arguments: [lhs, rhs],
    });
  }
}

const written = lazily(() => compile('$fromMillis($m, $p, $z)', { RegexEngine: LinearRegExp }));

function timeText(now: number, picture: unknown, timezone: unknown): unknown {
  const text: unknown = written().evaluate(undefined, { m: now, p: picture, z: timezone });
  return text;
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    ('_jsonata_lambda' in value || '_jsonata_function' in value)
  );
}

/** Within a value, JSONata writes a function as an empty text. A number that JSON does not have is not a value at all. */
function withoutFunctions(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error(`D1001: Number out of range: ${value}`);
  return isFunction(value) ? '' : value;
}

/** As Step Functions reports it: the code of the error, and its text. */
function messageOf(error: unknown): string {
  if (error instanceof ExpressionLimitError || error instanceof UnsupportedPatternError) return error.message;
  if (error instanceof RangeError) return 'it takes more memory or nesting than it may';
  const { code, message } = partsOf(error);
  const text = typeof message === 'string' ? message : String(error);
  return typeof code === 'string' ? `${code}: ${text}` : text;
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(partNames.map((name) => [name, Reflect.get(value, name)]))
    : {};
}

const partNames = ['type', 'value', 'lhs', 'rhs', 'code', 'message', 'position'];

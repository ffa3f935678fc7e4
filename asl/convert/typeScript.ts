import { type Code, isIdentifier, literal, onOneLine, text } from './code.ts';
import { isScalar, type Known } from './known.ts';

/** The properties of its function's argument that an expression may use. */
export type Use = 'input' | 'result' | 'errorOutput' | 'variables' | 'now' | 'random';

/** Facts about the data that expressions of a field see. */
export interface Sight {
  /** Undefined where the field does not see the state's input. */
  readonly input: Known | undefined;
  /** Where the field sees a result. */
  readonly result?: Known;
  /** Whether the field sees an error. */
  readonly seesError: boolean;
  /** Variables that have a value for sure. */
  readonly variables: ReadonlyMap<string, Known>;
  /** Names of all variables of the definition: a function of that name is hidden. */
  readonly names: ReadonlySet<string>;
}

/** An expression in TypeScript. */
export interface Translated {
  readonly code: Code;
  readonly known: Known;
  /** How tightly it binds: an operand that binds less needs parentheses. */
  readonly level: number;
  readonly uses: readonly Use[];
}

export const levels = {
  condition: 1,
  or: 2,
  and: 3,
  equal: 4,
  less: 5,
  add: 6,
  multiply: 7,
  unary: 8,
  simple: 9,
};

export function simple(code: Code, known: Known, uses: readonly Use[] = []): Translated {
  return { code, known, level: levels.simple, uses };
}

/** The text of an operand. */
export function operand({ code, level }: Translated, least: number): string {
  const line = onOneLine(code) ?? '';
  return level < least ? `(${line})` : line;
}

export function binary(
  left: Translated,
  operator: string,
  right: Translated,
  level: number,
  known: Known,
): Translated {
  return {
    code: text(`${operand(left, level)} ${operator} ${operand(right, level + 1)}`),
    known,
    level,
    uses: [...left.uses, ...right.uses],
  };
}

/** `input.order`, `variables['a b']`. */
export function member(of: string, key: string): string {
  return isIdentifier(key) ? `${of}.${key}` : `${of}[${literal(key)}]`;
}

/** Texts and values, one after the other, as a text. Undefined where one may be something else. */
export function concatenated(parts: readonly (string | Translated)[]): Translated | undefined {
  const uses: Use[] = [];
  let inside = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      inside += templateText(part);
      continue;
    }
    if (!isScalar(part.known)) return undefined;
    const constant = stringIn(part.code);
    inside += constant === undefined ? `\${${operand(part, levels.condition)}}` : templateText(constant);
    uses.push(...part.uses);
  }
  return simple(text(`\`${inside}\``), { type: 'string' }, uses);
}

function templateText(value: string): string {
  return value
    .replace(/\\|`|\$\{/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r');
}

function stringIn(code: Code): string | undefined {
  return code.type === 'string' ? code.value : undefined;
}

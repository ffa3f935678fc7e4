import { nearest } from '../data/nearest.ts';
import { shown as shownValue } from '../data/shown.ts';
import { MillraceError } from '../errors/millraceError.ts';

/** Every key of an options object. The compiler sees that none is missing, and that there is no other. */
export type KeysOf<Options> = Readonly<Record<keyof Options & string, true>>;

/** Thrown for an options object with a key that nothing reads: a mistyped one would silently leave its default. */
export class UnknownOptionError extends MillraceError {
  override readonly code = 'UnknownOption';
  override readonly name = 'UnknownOptionError';
}

/**
 * Checks options that code in JavaScript, a cast or a file may have made.
 *
 * @param what whose they are, as in `testCloud()`
 * @throws UnknownOptionError
 */
export function checkOptions(what: string, options: unknown, keys: Readonly<Record<string, true>>): void {
  const problem = optionsProblem(options, keys);
  if (problem !== undefined) throw new UnknownOptionError(sentence(what, problem));
}

/**
 * The same for a value that has to be one of a few texts.
 *
 * @throws UnknownOptionError
 */
export function checkChoice(what: string, name: string, value: unknown, choices: readonly unknown[]): void {
  const problem = choiceProblem(name, value, choices);
  if (problem !== undefined) throw new UnknownOptionError(sentence(what, problem));
}

/** The numbers that an option may have. */
export interface NumberRule {
  readonly least: number;
  /** @default no limit */
  readonly most?: number;
  /** Whole numbers only. @default false */
  readonly isWhole?: boolean;
  /** Whether Infinity, as no limit, is one of them. @default false */
  readonly isEndless?: boolean;
}

/**
 * The same for a value that has to be a number.
 *
 * @throws UnknownOptionError
 */
export function checkNumber(what: string, name: string, value: unknown, rule: NumberRule): void {
  if (value === undefined) return;
  const { least, most, isWhole = false, isEndless = false } = rule;
  const isKind = isWhole ? Number.isInteger(value) : typeof value === 'number' && Number.isFinite(value);
  const isRight = isKind || (isEndless && value === Number.POSITIVE_INFINITY);
  const isInRange = typeof value === 'number' && value >= least && (most === undefined || value <= most);
  if (isRight && isInRange) return;
  const shown = typeof value === 'string' ? `'${value}'` : shownValue(value);
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  const wanted = `${isWhole ? 'a whole number' : 'a number'} ${range}`;
  throw new UnknownOptionError(sentence(what, `${name} is ${shown}: give ${wanted}`));
}

/** The message of an error about them. */
export function sentence(what: string, problem: string): string {
  return `${what}: ${problem}${problem.endsWith('?') ? '' : '.'}`;
}

/** The problem with options, whatever their values are; undefined where they are right, or absent. */
export function optionsProblem(options: unknown, keys: Readonly<Record<string, true>>): string | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return `the options are ${options === null ? 'null' : Array.isArray(options) ? 'a list' : `a ${typeof options}`}: give an object`;
  }
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(keys, key));
  return unknown === undefined ? undefined : unknownName('option', unknown, Object.keys(keys));
}

/** The problem with a value that has to be one of a few texts, if there is one. */
export function choiceProblem(name: string, value: unknown, choices: readonly unknown[]): string | undefined {
  if (value === undefined || choices.includes(value)) return undefined;
  const known = choices.filter((choice) => typeof choice === 'string');
  const close = typeof value === 'string' ? nearest(value, known) : undefined;
  const shown = typeof value === 'string' ? `'${value}'` : shownValue(value);
  const advice = close === undefined ? `give one of ${listed(choices)}` : `did you mean '${close}'?`;
  return `${name} is ${shown}: ${advice}`;
}

function unknownName(kind: string, name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  const advice = close === undefined ? `there are ${listed(known)}` : `did you mean '${close}'?`;
  return `there is no ${kind} '${name}': ${advice}`;
}

function listed(names: readonly unknown[]): string {
  const shown = names.map((name) => (typeof name === 'string' ? name : String(name)));
  const last = shown.at(-1) ?? 'none';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

import { shown } from '../data/shown.ts';
import { MillraceError } from '../errors/millraceError.ts';
import { type KeysOf, optionsProblem, sentence } from './options.ts';

/** Options of `each(actor, {...})`. Step Functions' Map has the same, under the names given. */
export interface EachOptions {
  /** Items that are worked on at the same time (MaxConcurrency). @default 40 */
  readonly concurrency?: number;
  /**
   * Items that may fail without failing the whole: a number (ToleratedFailureCount), or a share of the list as in
   * `'1%'` (ToleratedFailurePercentage). An item has failed when its last attempt has. @default 0
   */
  readonly tolerateFailures?: number | `${number}%`;
  /**
   * Whether the error of a list that fails has `outcomes`: what each item came to, in the order of the items (see
   * `itemOutcomesOf`). Without it, the error has the first five failures. @default false
   */
  readonly outcomesInError?: boolean;
}

/** The options that may come with a list. */
export type ListOptions = Omit<EachOptions, 'outcomesInError'>;

/** A {@link ListOptions} with every default filled in. */
export interface ResolvedListOptions {
  readonly concurrency: number;
  readonly tolerateFailures: number | `${number}%`;
}

/** An {@link EachOptions} with every default filled in. */
export interface ResolvedEachOptions extends ResolvedListOptions {
  readonly outcomesInError: boolean;
}

const defaultConcurrency = 40;
/** More in flight would make the execution item, and so each commit, dear. */
export const maximumConcurrency = 1000;

/** Thrown when the options of `each()` make no sense, or its actor is none that it can repeat. */
export class InvalidEachError extends MillraceError {
  override readonly code = 'InvalidEach';
  override readonly name = 'InvalidEachError';
}

const eachKeys: KeysOf<EachOptions> = { concurrency: true, tolerateFailures: true, outcomesInError: true };

/** @throws InvalidEachError */
export function resolveEachOptions(options: EachOptions = {}): ResolvedEachOptions {
  const problem = optionsProblem(options, eachKeys);
  if (problem !== undefined) throw new InvalidEachError(sentence('each()', problem));
  const { concurrency = defaultConcurrency, tolerateFailures = 0, outcomesInError = false } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > maximumConcurrency) {
    throw new InvalidEachError(
      `concurrency is ${shown(concurrency)}: give a whole number from 1 to ${maximumConcurrency}.`,
    );
  }
  if (Number.isNaN(toleratedCount(tolerateFailures, 1))) {
    throw new InvalidEachError(
      `tolerateFailures is ${shown(tolerateFailures)}: give a whole number, or a share as in '1%'.`,
    );
  }
  if (typeof outcomesInError !== 'boolean') {
    throw new InvalidEachError(`outcomesInError is ${shown(outcomesInError)}: give true or false.`);
  }
  return { concurrency, tolerateFailures, outcomesInError };
}

/** How many items of a list may fail; NaN where it cannot be known. */
export function toleratedCount(tolerateFailures: number | string, count: number): number {
  if (typeof tolerateFailures === 'number') {
    return Number.isInteger(tolerateFailures) && tolerateFailures >= 0 ? tolerateFailures : Number.NaN;
  }
  const share = Number(/^(\d+(?:\.\d+)?)%$/.exec(tolerateFailures)?.[1]);
  // 7% of 100 are 7, which floating point has as 7.000000000000001.
  return share >= 0 && share <= 100 ? Math.floor((share * count) / 100 + 1e-9) : Number.NaN;
}

/**
 * Marks the actor logic that `each()` makes. A registered symbol, because a machine and the orchestrator may each have
 * been bundled with a copy of this module.
 */
export const eachKey: unique symbol = Symbol.for('millrace.each') as never;

/** The content of the mark. */
export interface EachMark<Actor = unknown> {
  /** The actor that is run for each item. */
  readonly actor: Actor;
  readonly options: EachOptions;
  /** The items are a file's. */
  readonly isFromFile?: boolean;
}

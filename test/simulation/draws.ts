import { seededRandom } from '../../testing/seededRandom.ts';
import type { FaultKind, FaultProfile } from './faults.ts';

/** One fault that struck: the how-manieth decision about its kind it was. Names it in a trace and in shrinking. */
export type StruckFault = `${FaultKind}:${number}`;

/**
 * Everything that is left to chance in one run. Each purpose draws from a stream of its own, so that a fault that is
 * left out changes as little as possible of the rest.
 */
export class Draws {
  readonly seed: number;
  readonly struck: StruckFault[] = [];
  onFault: (fault: StruckFault) => void = () => {};
  readonly #profile: FaultProfile;
  readonly #without: ReadonlySet<string>;
  readonly #streams = new Map<string, () => number>();
  readonly #decisions = new Map<FaultKind, number>();
  #hasFaults = true;

  /** @param without kinds of faults, and single ones, that do not strike */
  constructor(seed: number, profile: FaultProfile, without: ReadonlySet<string> = new Set()) {
    this.seed = seed;
    this.#profile = profile;
    this.#without = without;
  }

  /** From 0 up to 1. */
  fraction(stream: string): number {
    let next = this.#streams.get(stream);
    if (!next) {
      next = seededRandom(seedOf(this.seed, stream));
      this.#streams.set(stream, next);
    }
    return next();
  }

  /** A whole number below `count`. */
  below(count: number, stream: string): number {
    return Math.floor(this.fraction(stream) * count);
  }

  oneOf<Option>(options: readonly [Option, ...Option[]], stream: string): Option {
    return options[this.below(options.length, stream)] ?? options[0];
  }

  chance(probability: number, stream: string): boolean {
    return this.fraction(stream) < probability;
  }

  /** Whether a fault strikes now. */
  strikes(kind: FaultKind): boolean {
    const probability = this.#profile[kind];
    if (probability === undefined) return false;
    const decision = this.#decisions.get(kind) ?? 0;
    this.#decisions.set(kind, decision + 1);
    const drawn = this.fraction(kind) < probability;
    if (!drawn || !this.#hasFaults || this.#without.has(kind)) return false;
    const fault: StruckFault = `${kind}:${decision}`;
    if (this.#without.has(fault)) return false;
    this.struck.push(fault);
    this.onFault(fault);
    return true;
  }

  /** From now on nothing goes wrong any more. */
  endFaults(): void {
    this.#hasFaults = false;
  }
}

/** A seed for each stream of a seed (FNV-1a). */
export function seedOf(seed: number, stream: string): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

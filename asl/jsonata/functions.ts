import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import { hashAlgorithms, hashOf, Random, type Surroundings } from '../random.ts';
import { ExpressionLimitError } from './bounds.ts';

/** Elements of a range, at most. */
const longestRange = 1_000_000;
/** Characters to which a text is padded, at most. */
const longestPadding = 1_000_000;

/** Thrown by Step Functions' own functions for arguments that they do not take. */
class ArgumentError extends MillraceError {
  override readonly code = 'InvalidFunctionArgument';
  override readonly name = 'ArgumentError';
}

export interface ExpressionFunction {
  readonly signature?: string;
  readonly run: (...given: unknown[]) => unknown;
}

/**
 * Functions that Step Functions adds to JSONata, and those of JSONata that ask for the time or for chance, or that could
 * take any amount of memory.
 *
 * @param surroundings of the evaluation that is under way
 */
export function expressionFunctions(
  surroundings: () => Surroundings,
): Readonly<Record<string, ExpressionFunction>> {
  return {
    partition: {
      run: (array: unknown, size: unknown) => {
        if (array === undefined) return undefined;
        if (!Array.isArray(array)) throw new ArgumentError('$partition needs an array');
        const whole = typeof size === 'number' ? Math.floor(size) : 0;
        if (!(whole > 0)) throw new ArgumentError('$partition needs a size above 0');
        return Array.from({ length: Math.ceil(array.length / whole) }, (_, part) => [
          ...array.slice(part * whole, (part + 1) * whole),
        ]);
      },
    },
    range: {
      run: (from: unknown, to: unknown, step: unknown) => {
        if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number') {
          throw new ArgumentError('$range needs three numbers');
        }
        if (step === 0) throw new ArgumentError('$range needs a step other than 0');
        return sequence(Math.floor((to - from) / step) + 1, (place) => from + place * step);
      },
    },
    hash: {
      run: (text: unknown, algorithm: unknown = 'SHA-256') => {
        if (text === undefined) return undefined;
        if (typeof text !== 'string') throw new ArgumentError('$hash needs a string');
        const hash = hashOf(text, String(algorithm));
        if (hash === undefined) throw new ArgumentError(`$hash needs one of ${hashAlgorithms.join(', ')}`);
        return hash;
      },
    },
    parse: {
      run: (text: unknown) => {
        if (text === undefined) return undefined;
        if (typeof text !== 'string') throw new ArgumentError('$parse needs a string');
        const value: unknown = JSON.parse(text);
        return value;
      },
    },
    uuid: { run: () => surroundings().random.uuid() },
    random: {
      run: (seed: unknown) => (seed === undefined ? surroundings().random : new Random(`${seed}`)).number(),
    },
    millis: { run: () => surroundings().now },
    shuffle: {
      run: (array: unknown) =>
        array === undefined
          ? undefined
          : shuffled(Array.isArray(array) ? array : [array], surroundings().random),
    },
    pad: {
      signature: '<s-ns?:s>',
      run: (text: unknown, width: unknown, filler: unknown) => {
        if (typeof text !== 'string' || typeof width !== 'number') return undefined;
        if (Math.abs(width) > longestPadding)
          throw new ExpressionLimitError(`$pad gives at most ${longestPadding} characters`);
        return padded(text, width, typeof filler === 'string' && filler !== '' ? filler : ' ');
      },
    },
  };
}

/** The list that the operator `..` makes. */
export function rangeOf(from: unknown, to: unknown): unknown {
  if (from === undefined || to === undefined) return undefined;
  if (!Number.isInteger(from))
    throw new ArgumentError('The left side of the range operator (..) must evaluate to an integer');
  if (!Number.isInteger(to))
    throw new ArgumentError('The right side of the range operator (..) must evaluate to an integer');
  const start = Number(from);
  return start > Number(to) ? undefined : sequence(Number(to) - start + 1, (place) => start + place);
}

/** A list that stands for its element where it has but one, as lists do that expressions find. */
function sequence(length: number, at: (place: number) => number): readonly number[] {
  if (length > longestRange) throw new ExpressionLimitError(`a range has at most ${longestRange} elements`);
  const list = Array.from({ length: Math.max(0, length) }, (_, place) => at(place));
  return Object.defineProperty(list, 'sequence', { enumerable: false, value: true });
}

function shuffled(array: readonly unknown[], random: Random): readonly unknown[] {
  const result = [...array];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.number() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Characters are counted as code points. */
function padded(text: string, width: number, filler: string): string {
  const missing = Math.abs(width) - [...text].length;
  if (missing <= 0) return text;
  const characters = [...filler];
  const padding = Array.from({ length: missing }, (_, place) => characters[place % characters.length]).join(
    '',
  );
  return width > 0 ? text + padding : padding + text;
}

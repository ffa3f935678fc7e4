import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import { isObject } from '../json.ts';

/** An expression may take so many steps. */
const mostSteps = 500_000;
/** Its parts may be nested so deep while it is evaluated. */
const deepest = 300;
/** A value that it makes may have so many parts: elements, properties, and each 32 characters of a text. */
const heaviest = 1_000_000;

/** Thrown where an expression would take more time or memory than it may. */
export class ExpressionLimitError extends MillraceError {
  override readonly code = 'ExpressionLimit';
  override readonly name = 'ExpressionLimitError';
}

/** Counts what one evaluation does, and ends it where that is too much. */
export class Bounds {
  #steps = 0;
  #depth = 0;
  readonly #weights = new WeakMap<object, number>();
  readonly #regexps = new WeakSet<object>();

  readonly enter = (): void => {
    if (++this.#steps > mostSteps) throw new ExpressionLimitError(`it takes more than ${mostSteps} steps`);
    if (++this.#depth > deepest) throw new ExpressionLimitError(`it is nested more than ${deepest} deep`);
  };

  readonly leave = (node: unknown, _input: unknown, _environment: unknown, result: unknown): void => {
    this.#depth--;
    if (typeof result === 'function') this.#checkFunction(node, result);
    this.check(result);
  };

  /** @throws ExpressionLimitError where a value is too large, also one whose parts are shared */
  check(value: unknown): void {
    if (this.#weigh(value) > heaviest) {
      throw new ExpressionLimitError(`it makes a value of more than ${heaviest} parts`);
    }
  }

  /** Expressions have functions of their own kind. A bare one is a regular expression, or JavaScript's own. */
  #checkFunction(node: unknown, result: object): void {
    if (isObject(node) && node.type === 'regex') this.#regexps.add(result);
    else if (!this.#regexps.has(result)) {
      throw new ExpressionLimitError('it reaches for a function that is not part of the language');
    }
  }

  #weigh(value: unknown): number {
    if (typeof value === 'string') return 1 + value.length / 32;
    if (typeof value !== 'object' || value === null) return 1;
    if (value === Object.prototype || value === Array.prototype) {
      throw new ExpressionLimitError('it reaches for a part of JavaScript, which is not data');
    }
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    this.#weights.set(value, 1); // where it holds itself
    let weight = 1;
    if (Array.isArray(value)) {
      for (const each of value) weight += this.#weigh(each);
    } else if (Object.getPrototypeOf(value) === Object.prototype && !isOfLibrary(value)) {
      for (const each of Object.values(value)) weight += this.#weigh(each);
    }
    this.#weights.set(value, weight);
    return weight;
  }
}

/** Functions and environments of the library refer to everything. */
function isOfLibrary(value: object): boolean {
  return '_jsonata_lambda' in value || '_jsonata_function' in value;
}

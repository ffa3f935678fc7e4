import { isError, messageOfError } from '../data/describeThrown.ts';
import { isGuardError, property } from './xstateInternals.ts';

/**
 * XState replaces an error of a guard by one of its own, which keeps only the message. The guards of a prepared machine note
 * what they throw, so that the failure still has the error's class, its fields, and the line that threw.
 */
export class GuardErrors {
  #last: { readonly thrown: unknown } | undefined;

  /** The guard as it is, but that it notes what it throws. */
  noting(guard: unknown): unknown {
    if (typeof guard === 'function') {
      const check = property(guard, 'check');
      // A built-in guard carries what it does: XState calls only its check.
      return typeof check === 'function'
        ? withFieldsOf({ ...guard, check: this.#noting(check) }, () => false)
        : withFieldsOf(guard, this.#noting(guard));
    }
    const params = property(guard, 'params');
    return typeof params === 'function' ? Object.assign({}, guard, { params: this.#noting(params) }) : guard;
  }

  /** XState's error about a guard gets the guard's own error as its cause, and its stack. Other values stay as they are. */
  explained(caught: unknown): unknown {
    const last = this.#last;
    this.#last = undefined;
    if (last === undefined || !isError(caught) || !isGuardError(caught)) return caught;
    const { thrown } = last;
    const message = isError(thrown) ? messageOfError(thrown) : property(thrown, 'message');
    if (!caught.message.endsWith(`\n${String(message)}`)) return caught;
    caught.cause = thrown;
    if (isError(thrown) && typeof thrown.stack === 'string') caught.stack = thrown.stack;
    return caught;
  }

  #noting(callee: object): (...args: readonly unknown[]) => unknown {
    return (...args) => {
      try {
        if (typeof callee === 'function') return Reflect.apply(callee, undefined, args);
        throw new TypeError('XState calls something here that is not a function.');
      } catch (thrown) {
        this.#last = { thrown };
        throw thrown;
      }
    };
  }
}

/** A function's own name can be defined, and not be assigned to. */
function withFieldsOf<Target extends object>(fields: object, target: Target): Target {
  for (const [key, value] of Object.entries(fields)) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return target;
}

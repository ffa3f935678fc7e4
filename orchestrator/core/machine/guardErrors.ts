import { isError, messageOfError } from '../data/describeThrown.ts';
import { isGuardError, property } from './xstateInternals.ts';

/**
 * When a guard throws, XState throws an error of its own that keeps only the message. The guards of a prepared machine therefore
 * record what they throw, so that the failure has the class, the fields and the stack of the guard's own error.
 */
export class GuardErrors {
  #last: { readonly thrown: unknown } | undefined;

  /** The same guard, which also records what it throws. */
  recording(guard: unknown): unknown {
    if (typeof guard === 'function') {
      const check = property(guard, 'check');
      // A built-in guard carries what it does: XState calls only its check.
      return typeof check === 'function'
        ? withFieldsOf({ ...guard, check: this.#recording(check) }, () => false)
        : withFieldsOf(guard, this.#recording(guard));
    }
    const params = property(guard, 'params');
    return typeof params === 'function'
      ? Object.assign({}, guard, { params: this.#recording(params) })
      : guard;
  }

  /** Gives XState's error about a guard the guard's own error as its cause, and its stack. Returns any other value unchanged. */
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

  #recording(callee: object): (...args: readonly unknown[]) => unknown {
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

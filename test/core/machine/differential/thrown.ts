import { isGuardError } from '../../../../orchestrator/core/machine/xstateInternals.ts';

/** A class of a program's own; its name is on the prototype, as a bundler leaves it. */
export class PaymentError extends Error {
  readonly status: number;
  readonly details: unknown;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.details = { reasons: [status, 'limit'], inner: new RangeError(`inner ${status}`) };
  }
}
Object.defineProperty(PaymentError.prototype, 'name', { value: 'PaymentError' });

/** A value that is thrown: errors with fields, causes and others within, and values that are not errors. */
export function thrownOf(n: number): unknown {
  const message = `thrown #${n}`;
  const kinds: readonly (() => unknown)[] = [
    () => new Error(message),
    () => new PaymentError(message, 400 + n, { cause: new TypeError('the cause') }),
    () => Object.assign(new TypeError(message), { code: `E${n}`, retries: [n] }),
    () => ({ type: 'X', n }),
    () => new AggregateError([new PaymentError('one', n), 'two', { three: n }], message),
    () => message,
    () => new Error(message, { cause: new PaymentError('deeper', n, { cause: { plain: n } }) }),
    () => Object.assign(new Error(message), { nested: { error: new SyntaxError('nested') } }),
    () => (n % 2 === 0 ? null : n),
  ];
  const [first = () => message] = kinds;
  return (kinds[n % kinds.length] ?? first)();
}

/** The number of a thrown value, of which any part may have been lost; undefined for a value of another origin. */
export function numberOfThrown(data: unknown): number | undefined {
  const [, number] = /thrown #(\d+)/.exec(JSON.stringify(data) ?? '') ?? [];
  return number === undefined ? undefined : Number(number);
}

/** The view that a machine's own code has of a thrown value, as JSON. */
export function seenOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown === undefined ? 'undefined' : thrown;
  const { name, message, cause } = thrown;
  const errors: unknown = 'errors' in thrown ? thrown.errors : undefined;
  return {
    text: String(thrown),
    name,
    message,
    builtIn: [TypeError, RangeError, SyntaxError, AggregateError].findIndex((type) => thrown instanceof type),
    fields: Object.fromEntries(Object.entries(thrown).map(([key, value]) => [key, partOf(value)])),
    // XState loses the error of a guard. The durable machine keeps it as the cause.
    ...('cause' in thrown && !isGuardError(thrown) && { cause: seenOf(cause) }),
    ...(Array.isArray(errors) && { errors: errors.map(seenOf) }),
  };
}

function partOf(value: unknown): unknown {
  if (value instanceof Error) return seenOf(value);
  if (Array.isArray(value)) return value.map(partOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, partOf(part)]));
}

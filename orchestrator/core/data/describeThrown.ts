import { inspect } from 'node:util';
import { errorNameOf, property } from './errorName.ts';
import {
  gettersOf,
  isHttpRequest,
  isHttpResponse,
  listedFields,
  ofResponse,
  unlistedFields,
} from './fieldsOfThrown.ts';
import type { Json, JsonObject } from './json.ts';
import { markedKey } from './marks.ts';
import { hasPlainPrototype } from './serializable.ts';
import { type ErrorData, hasStoredStack, headerOf, type TaskError, thrownAsJson } from './thrown.ts';

/** `all`: with every stack. `stored`: only stacks that came with data, since another differs from one bundle to the next. */
type Stacks = 'all' | 'stored';

/**
 * A thrown value, as data. An error becomes its name, message, stack, cause and all of its own fields that JSON can
 * hold; anything else stays a value. The function does not throw, whatever it is given.
 */
export function describeThrown(thrown: unknown, stacks: Stacks = 'all'): TaskError {
  try {
    return new Description(stacks).of(thrown);
  } catch {
    return { name: 'Error', message: unreadable };
  }
}

/** The thrown value, or an error in place of one that throws when it is looked at, as a revoked proxy does. */
export function readableThrown(thrown: unknown): unknown {
  try {
    new Description('stored').of(thrown);
    return thrown;
  } catch {
    return new Error(unreadable);
  }
}

const unreadable = 'Something was thrown that cannot be read.';

/** An error of another realm (a vm context) is not an instance of our Error. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** Enough for the frames that matter, and little enough for one write unit. */
const longestStack = 600;
const longestHeader = 200;
/** Characters of an error beside its name and message. */
const longestFields = 65_536;
/** Lengths of an error's name and cause in Step Functions. */
const longestName = 256;
const longestMessage = 32_768;
const deepest = 20;
/** Getters run code: they are read of the error itself, and of what it has. */
const deepestGetters = 2;
/** Parts of one error that are looked at. */
const mostParts = 10_000;
/** The errors within one error that come after so many parts have no stack: mapping one to its sources takes time. */
const mostPartsWithStacks = 500;

class Description {
  readonly #stacks: Stacks;
  readonly #ancestors: object[] = [];
  #parts = 0;
  /** Parts that JSON cannot hold. */
  #dropped = 0;
  /** HTTP clients hide such fields from code that lists keys, because their headers and bodies hold secrets. */
  #isHidden = false;

  constructor(stacks: Stacks) {
    this.#stacks = stacks;
  }

  of(thrown: unknown): TaskError {
    if (isError(thrown)) return fitted(this.#error(thrown));
    if (thrown === undefined) return { $thrown: true };
    const value = this.#value(thrown);
    const isLost = value === undefined || (this.#dropped > 0 && sizeOf(value) === '{}'.length);
    if (!isLost && sizeOf(value) <= longestFields) return { $thrown: true, value };
    const text = isLost ? inspected(thrown) : textOf(thrown);
    const message = `A value that is not an Error was thrown: ${text}`.slice(0, longestMessage);
    return { name: 'Error', message };
  }

  #error(error: Error): ErrorData {
    this.#parts++;
    const name = errorNameOf(error).slice(0, longestName);
    const message = messageOfError(error).slice(0, longestMessage);
    const retryable = property(error, 'retryable');
    const stack = this.#stack(error, name, message);
    return this.#within(error, () => {
      const fields = {
        ...this.#fields(error, listedFields(error)),
        ...this.#unlisted(error, unlistedFields),
      };
      const cause = 'cause' in error ? this.#thrown(property(error, 'cause')) : undefined;
      const errors = property(error, 'errors');
      return {
        name,
        message,
        ...(stack !== undefined && { stack }),
        ...fields,
        ...(typeof retryable === 'boolean' && { retryable }),
        ...(cause !== undefined && { cause }),
        ...(Array.isArray(errors) && { errors: errors.map((each: unknown) => this.#thrown(each) ?? null) }),
        ...(!Array.isArray(errors) && Object.hasOwn(error, 'errors') && this.#fields({ errors }, ['errors'])),
      };
    });
  }

  /** The frames of a stack: its header repeats name and message. */
  #stack(error: Error, name: string, message: string): string | undefined {
    const isLeftOut = this.#stacks === 'stored' || this.#parts > mostPartsWithStacks;
    if (isLeftOut && !hasStoredStack(error)) return undefined;
    // Where it is mapped to sources, reading it runs code.
    const stack = property(error, 'stack');
    if (typeof stack !== 'string') return undefined;
    if (hasStoredStack(error)) return stack;
    const frames = /^ {4}at [\s\S]*$/m.exec(stack)?.[0];
    const header = headerOf(name, message.split('\n', 1)[0] ?? '').slice(0, longestHeader);
    return (frames === undefined ? stack : `${header}\n${frames}`).slice(0, longestStack);
  }

  /** A cause, or one of several errors. */
  #thrown(thrown: unknown): Json | undefined {
    if (this.#isTooDeep(thrown)) return undefined;
    return this.#readable(() => {
      if (isError(thrown)) return this.#error(thrown);
      const value = this.#value(thrown);
      return value === undefined ? undefined : thrownAsJson({ $thrown: true, value });
    });
  }

  #value(value: unknown): Json | undefined {
    this.#parts++;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : this.#drop();
      case 'object':
        if (value === null) return null;
        if (this.#isTooDeep(value)) return this.#drop();
        return this.#readable(() =>
          isError(value)
            ? { $error: true, ...this.#error(value) }
            : this.#within(value, () => (this.#isHidden ? this.#hidden(value) : this.#object(value))),
        );
      case 'undefined':
        return undefined;
      default:
        return this.#drop();
    }
  }

  #hidden(value: object): Json | undefined {
    if (isHttpRequest(value)) return undefined;
    const described = this.#object(value);
    return isHttpResponse(value) ? ofResponse(described) : described;
  }

  #object(value: object): Json | undefined {
    if (value instanceof Promise) return ignored(value);
    if (Array.isArray(value)) return value.map((each: unknown) => this.#value(each) ?? null);
    if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) return this.#drop();
    const toJSON = property(value, 'toJSON');
    if (typeof toJSON === 'function') {
      const json: unknown = toJSON.call(value, '');
      return json === value ? this.#drop() : this.#value(json);
    }
    const before = this.#dropped;
    const fields = this.#fields(value, Object.keys(value));
    if (hasPlainPrototype(value)) return fields;
    const all = { ...fields, ...this.#unlisted(value, gettersOf) };
    if (this.#dropped === before) return all;
    // When an instance is not data (a socket, a client), its parts that are data would say nothing.
    return isHttpResponse(value) ? ofResponse(all) : this.#drop();
  }

  /** That JSON cannot hold one of these says nothing about their holder. */
  #unlisted(holder: object, namesIn: (holder: object) => readonly string[]): Record<string, Json> {
    const errorAt = this.#ancestors.findLastIndex(isError);
    if (this.#ancestors.length - Math.max(0, errorAt) > deepestGetters) return {};
    const before = { dropped: this.#dropped, isHidden: this.#isHidden };
    this.#isHidden = true;
    const fields = this.#fields(holder, namesIn(holder));
    this.#dropped = before.dropped;
    this.#isHidden = before.isHidden;
    return fields;
  }

  #fields(holder: object, keys: readonly string[]): Record<string, Json> {
    const fields: [string, Json][] = [];
    for (const key of keys) {
      const value = this.#value(property(holder, key));
      if (value !== undefined) fields.push([markedKey(key), value]);
    }
    return Object.fromEntries(fields);
  }

  #within<Result>(ancestor: object, describe: () => Result): Result {
    this.#ancestors.push(ancestor);
    try {
      return describe();
    } finally {
      this.#ancestors.pop();
    }
  }

  /** A part that throws when it is looked at is dropped: the rest of the error stays. */
  #readable(describe: () => Json | undefined): Json | undefined {
    try {
      return describe();
    } catch {
      return this.#drop();
    }
  }

  #isTooDeep(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    return this.#ancestors.includes(value) || this.#ancestors.length >= deepest || this.#parts >= mostParts;
  }

  #drop(): undefined {
    this.#dropped++;
    return undefined;
  }
}

/** A getter may have made it, and a rejection without a handler ends the process. */
function ignored(promise: Promise<unknown>): undefined {
  promise.catch(() => undefined);
  return undefined;
}

/** The error within the size that is kept of one: its name and message always stay. */
export function fitted(error: ErrorData): ErrorData {
  const { name, message, ...rest } = error;
  const kept = { name: name.slice(0, longestName), message: message.slice(0, longestMessage) };
  return sizeOf(rest) <= longestFields
    ? { ...error, ...kept }
    : { ...kept, ...fittedFields(rest, longestFields) };
}

/**
 * Drops the parts that are too much of what an error has beside its name and message: stacks first, then the largest
 * fields.
 *
 * @param longest characters of JSON
 */
export function fittedFields(given: JsonObject, longest: number): JsonObject {
  if (sizeOf(given) <= longest) return given;
  const fields = new Map(Object.entries(withoutStacks(given)));
  // Each part is measured once: an error may have thousands.
  const sizes = [...fields].map(([key, value]) => ({ key, size: sizeOf(key) + sizeOf(value) + ':,'.length }));
  let size = sizes.reduce((sum, each) => sum + each.size, '{}'.length);
  for (const largest of sizes.sort((a, b) => b.size - a.size)) {
    if (size <= longest) break;
    size -= largest.size;
    const errors = largest.key === 'errors' ? fields.get('errors') : undefined;
    const first = Array.isArray(errors) ? firstOf(errors, longest - size - largest.key.length) : [];
    if (first.length === 0) fields.delete(largest.key);
    else {
      fields.set('errors', first);
      size += sizeOf(first) + sizeOf(largest.key) + ':,'.length;
    }
  }
  return Object.fromEntries(fields);
}

/** The first errors of several, as many as fit. */
function firstOf(errors: readonly Json[], longest: number): Json[] {
  let size = '[],"":'.length;
  const past = errors.findIndex((each) => {
    size += sizeOf(each) + ','.length;
    return size > longest;
  });
  return past < 0 ? [...errors] : errors.slice(0, past);
}

function withoutStacks(fields: JsonObject): JsonObject {
  const { stack: _, cause, errors, ...rest } = fields;
  const plain = (error: Json): Json =>
    typeof error === 'object' && error !== null && !Array.isArray(error)
      ? withoutStacks(error as JsonObject)
      : error;
  return {
    ...rest,
    ...(cause !== undefined && { cause: plain(cause) }),
    ...(errors !== undefined && { errors: Array.isArray(errors) ? errors.map(plain) : errors }),
  };
}

function sizeOf(value: Json | undefined): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

/** Reading it runs a user's code, where a class has a getter. */
export function messageOfError(error: Error): string {
  try {
    const message: unknown = error.message;
    return typeof message === 'string' ? message : textOf(message);
  } catch {
    return unreadable;
  }
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspected(value);
  }
}

function inspected(value: unknown): string {
  return inspect(value, { depth: 2, getters: false });
}

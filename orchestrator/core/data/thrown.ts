import type { Json, JsonObject } from './json.ts';
import { isMarkKey, isUndefinedMark, markedKey, unmarkedKey } from './marks.ts';

/**
 * An error as data. Beside the fields below it has the error's own fields. An error among those is marked:
 * `{ $error: true, name, message, … }`; `cause` and the entries of `errors` are as {@link thrownAsJson} writes them.
 */
export interface ErrorData {
  /** The name that its code gave it, else its class name; or one of Step Functions' names such as `States.Timeout`. */
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly retryable?: boolean;
  readonly $thrown?: undefined;
  readonly [key: string]: Json | undefined;
}

/** A thrown value that is not an error, as data. No `value`: `undefined` was thrown. */
export interface ThrownValue {
  readonly $thrown: true;
  readonly value?: Json;
}

/** The error that a task, or a machine, has failed with. */
export type TaskError = ErrorData | ThrownValue;

/** By XState's rules for names: anything else has the name that retry policies know an unnamed error by. */
export function nameOfThrown(error: TaskError): string {
  if (!error.$thrown) return error.name;
  const name = isObject(error.value) ? error.value.name : undefined;
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

/** The name and message that reports show. */
export function namedThrown(error: TaskError): { readonly name: string; readonly message: string } {
  return { name: nameOfThrown(error), message: messageOfThrown(error) };
}

/** One line for people. */
export function messageOfThrown(error: TaskError): string {
  if (!error.$thrown) return error.message;
  const { value } = error;
  const message = isObject(value) ? value.message : undefined;
  if (typeof message === 'string') return message;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return `A value that is not an Error was thrown: ${text}`;
}

/** False where what was thrown says that another attempt would fail alike. */
export function isRetryable(error: TaskError): boolean {
  const thrown = error.$thrown ? error.value : error;
  return !(isObject(thrown) && thrown.retryable === false);
}

/** As an item has it: an error with its fields, and any other value as it is. */
export function thrownAsJson(error: TaskError): Json | undefined {
  if (!error.$thrown) return error;
  const { value } = error;
  const isAmbiguous = value === undefined || looksLikeError(value) || (isObject(value) && '$thrown' in value);
  return isAmbiguous ? { $thrown: true, ...(value !== undefined && { value }) } : value;
}

/** The reverse of {@link thrownAsJson}, for whatever a worker in any language has written. */
export function thrownOfJson(json: Json | undefined): TaskError {
  if (json === undefined) return { name: 'Error', message: '' };
  if (isObject(json) && json.$thrown === true) {
    const { value } = json;
    return { $thrown: true, ...(value !== undefined && { value }) };
  }
  if (!looksLikeError(json)) return { $thrown: true, value: json };
  const { name, message, $thrown: _, ...fields } = json;
  return {
    ...fields,
    name: typeof name === 'string' ? name : 'Error',
    // A worker in another language may write a number, or what it was answered.
    message: typeof message === 'string' ? message : message === undefined ? '' : JSON.stringify(message),
  };
}

function looksLikeError(value: Json): value is JsonObject {
  return isObject(value) && (typeof value.name === 'string' || typeof value.message === 'string');
}

/** Without stacks, for places that are read by people or written often. */
export function withoutStack(error: TaskError): TaskError {
  if (error.$thrown) return error;
  const { stack: _, ...rest } = error;
  return rest;
}

/** Marks an Error that was made of data: its stack is part of what is stored, while another's is of this process. */
const isOfData = Symbol('errorOfData');

export function hasStoredStack(error: object): boolean {
  return isOfData in error;
}

/** The thrown value as a machine meets it: an `Error` again, or the value. */
export function revivedThrown(error: TaskError): unknown {
  return error.$thrown ? revivedValue(error.value) : revivedError(error);
}

const builtIn: Readonly<Record<string, new (message?: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const ofEveryError: readonly string[] = ['name', 'message', 'stack', 'cause'];

/** @param data an {@link ErrorData}, or what a mark stands for */
export function revivedError(data: JsonObject): Error {
  const { name: givenName, message, stack, cause, errors } = data;
  const name = typeof givenName === 'string' ? givenName : 'Error';
  const text = typeof message === 'string' ? message : '';
  const isAggregate = name === 'AggregateError' && Array.isArray(errors);
  const Class = Object.hasOwn(builtIn, name) ? (builtIn[name] ?? Error) : Error;
  const error = isAggregate ? new AggregateError([], text) : new Class(text);
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
  if (error.name !== name) hide('name', name);
  hide('stack', typeof stack === 'string' ? stack : headerOf(name, text));
  if (cause !== undefined) hide('cause', revivedThrown(thrownOfJson(cause)));
  for (const [key, value] of Object.entries(data)) {
    if (ofEveryError.includes(key) || key === '$error' || key === '$thrown' || value === undefined) continue;
    const revived =
      key === 'errors' && Array.isArray(value)
        ? value.map((each: Json) => revivedThrown(thrownOfJson(each)))
        : revivedValue(value);
    if (isAggregate && key === 'errors') hide(key, revived);
    else define(error, unmarkedKey(key), revived);
  }
  if (typeof stack === 'string') Object.defineProperty(error, isOfData, { value: true });
  return error;
}

export function headerOf(name: string, message: string): string {
  return message === '' ? name : `${name}: ${message}`;
}

/** Data with errors in the place of their marks. */
export function revivedValue(value: Json | undefined): unknown {
  if (Array.isArray(value)) return value.map((each: Json) => revivedValue(each));
  if (!isObject(value)) return value;
  if (value.$error === true) return revivedError(value);
  const revived = {};
  for (const [key, part] of Object.entries(value)) define(revived, unmarkedKey(key), revivedValue(part));
  return revived;
}

/** Also for a key such as `__proto__`. */
function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Data among which marks are read: keys of its own that look like marks get one `$` more. */
export function escapedData(value: Json): Json {
  return withKeys(value, markedKey);
}

/** The reverse of {@link escapedData}. */
export function unescapedData(value: Json): Json {
  return withKeys(value, unmarkedKey);
}

/** The value with other names for the keys of its objects, however deep. */
function withKeys(value: Json, nameOf: (key: string) => string): Json {
  if (Array.isArray(value)) return value.map((each: Json) => withKeys(each, nameOf));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      nameOf(key),
      part === undefined ? undefined : withKeys(part, nameOf),
    ]),
  );
}

/** The thrown value as a part of data among which marks are read. */
export function markedThrown(error: TaskError): Json {
  return error.$thrown ? (error.value ?? null) : { $error: true, ...error };
}

/** For readers: errors as `{ name, message, … }`, and other thrown values, without marks. */
export function shownData(value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => shownData(each));
  if (!isObject(value)) return value;
  if (value.$thrown === true) return shownData(value.value ?? null);
  const shown: [string, Json | undefined][] = [];
  for (const [key, part] of Object.entries(value)) {
    if (key === '$error' || isUndefinedMark(part)) continue;
    const isData = key.startsWith('$$') && isMarkKey(key);
    shown.push([isData ? key.slice(1) : key, part === undefined ? undefined : shownData(part)]);
  }
  return Object.fromEntries(shown);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

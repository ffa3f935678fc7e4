import { fitted } from '../core/data/describeThrown.ts';
import type { Json, JsonObject } from '../core/data/json.ts';
import { type ErrorData, escapedData, type TaskError } from '../core/data/thrown.ts';

/**
 * The error that a function's payload stands for: Lambda's runtimes answer `{ errorType, errorMessage, trace, … }`, with
 * `stackTrace` in place of `trace` for Python, Java and others, and `cause` as another payload.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export function errorOfPayload(payload: Readonly<Record<string, unknown>>): TaskError {
  return fitted(dataOf(JSON.parse(JSON.stringify(payload))));
}

/** The frames of a payload's stack, as one text. */
export function stackOf({ trace, stackTrace }: Readonly<Record<string, unknown>>): string | undefined {
  const frames = [trace, stackTrace].find((each) => Array.isArray(each) && each.length > 0);
  if (Array.isArray(frames)) return frames.map(frameOf).join('\n').slice(0, longestStack);
  const text = typeof trace === 'string' ? trace : stackTrace;
  return typeof text === 'string' && text !== '' ? text.slice(0, longestStack) : undefined;
}

/** More than of a worker's own error, whose frames are chosen; little enough for few write units. */
const longestStack = 2000;
const deepest = 20;

function dataOf(payload: JsonObject, depth = 0): ErrorData {
  const { errorType, errorMessage, trace: _, stackTrace: __, cause, retryable, ...rest } = payload;
  const { $thrown: ___, ...fields } = rest;
  const stack = stackOf(payload);
  const data = escapedData(fields);
  return {
    ...(isObject(data) ? data : {}),
    name: typeof errorType === 'string' && errorType !== '' ? errorType : 'Error',
    message: typeof errorMessage === 'string' ? errorMessage : textOf(errorMessage),
    ...(stack !== undefined && { stack }),
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(cause !== undefined && { cause: causeOf(cause, depth + 1) }),
  };
}

/** Another payload, an error with a name and a message, or any value. */
function causeOf(cause: Json, depth: number): Json {
  const isPayload = isObject(cause) && ('errorType' in cause || 'errorMessage' in cause);
  return isPayload && depth < deepest ? dataOf(cause, depth) : cause;
}

function frameOf(frame: unknown): string {
  return typeof frame === 'string' ? frame.replace(/\n$/, '') : JSON.stringify(frame);
}

function textOf(value: Json | undefined): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

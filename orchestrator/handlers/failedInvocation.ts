import { NotSerializableError, received } from '../core/data/serializable.ts';
import type { TaskError } from '../core/data/thrown.ts';
import { taskKey } from '../core/execution/model/openTask.ts';
import type { TaskResult } from '../core/execution/model/taskResult.ts';
import {
  timeoutErrorName,
  tooManyRequestsErrorName,
  unknownFunctionErrorName,
  unknownOutcomeErrorName,
} from '../core/policy/errorNames.ts';
import { envelopeField } from '../dispatch/lambdaEvent.ts';
import { invalidResult, type ResultItem } from '../table/resultItem.ts';
import { errorOfPayload, stackOf } from './functionError.ts';

/**
 * The part that is read here of Lambda's record for a destination.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export interface InvocationRecord {
  /** The payload that the function was invoked with. */
  readonly requestPayload?: unknown;
  /** The response of its last run. Absent where it never ran: Lambda had no capacity for as long as it tries. */
  readonly responsePayload?: unknown;
  readonly requestContext?: {
    readonly functionArn?: string;
    readonly condition?: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  };
}

/**
 * The result of an attempt, from Lambda's record of its invocation. For a `lambda()` function this is any result,
 * for a worker only that it failed without giving one. Undefined where it was not invoked with a task, or a worker
 * did not fail.
 *
 * @param at ISO 8601
 */
export function resultOfInvocation(invocation: InvocationRecord, at: string): ResultItem | undefined {
  const { requestPayload, responsePayload, requestContext } = invocation;
  const isSuccess = requestContext?.condition === 'Success';
  const envelope = isRecord(requestPayload) ? requestPayload[envelopeField] : undefined;
  if (envelope === undefined) return isSuccess ? undefined : resultOfFailure(invocation, at);
  const failed = resultOfFailure({ requestPayload: envelope, responsePayload }, at);
  if (!failed) return undefined;
  if (isSuccess) {
    return { ...failed, result: resultOfAnswer(responsePayload, failed) };
  }
  return { ...failed, result: { status: 'FAILED', error: thrownBy(responsePayload) ?? errorOf(failed) } };
}

/** Lambda has parsed the answer: a number that it has rounded is known by its size alone. */
function resultOfAnswer(answer: unknown, { worker = '' }: ResultItem): TaskResult {
  try {
    return {
      status: 'SUCCEEDED',
      output: received(JSON.parse(JSON.stringify(answer ?? null)), 'output') ?? null,
    };
  } catch (error) {
    if (!(error instanceof NotSerializableError)) throw error;
    return invalidResult(`The answer of function '${worker}' cannot be stored. ${error.message}`);
  }
}

/** The error of the function's own code, as it threw it. */
function thrownBy(response: unknown): TaskError | undefined {
  if (!isRecord(response)) return undefined;
  const { errorType } = response;
  if (typeof errorType !== 'string' || errorType === '' || isOfPlatform(errorType)) return undefined;
  return errorOfPayload(response);
}

function errorOf({ result }: ResultItem): TaskError {
  return result.status === 'FAILED' ? result.error : { name: unknownFunctionErrorName, message: '' };
}

/**
 * The result of an attempt whose function failed without giving one. Nothing where it was not invoked with a task.
 *
 * @param at ISO 8601
 */
export function resultOfFailure(invocation: InvocationRecord, at: string): ResultItem | undefined {
  const { requestPayload: payload, responsePayload } = invocation;
  if (!isRecord(payload)) return undefined;
  const { executionId, item, task, index, attempt, worker, once, cancelled } = payload;
  // It was to end an attempt: nothing waits for a result.
  if (cancelled === true) return undefined;
  if (typeof executionId !== 'string' || executionId === '') return undefined;
  if (!isCount(task) || !isCount(attempt) || (index !== undefined && !isCount(index))) return undefined;
  const numbers = { task, ...(index !== undefined && { index }), attempt };
  if (item !== taskKey(numbers)) return undefined;
  const name = typeof worker === 'string' ? worker : '';
  const error = failureOf(name, responsePayload, once === true);
  const times = { startedAt: at, endedAt: at };
  return { executionId, ...numbers, worker: name, ...times, result: { status: 'FAILED', error } };
}

function failureOf(worker: string, response: unknown, once: boolean): TaskError {
  const { errorType, errorMessage } = isRecord(response) ? response : {};
  const type = typeof errorType === 'string' ? errorType : '';
  const said =
    typeof errorMessage === 'string' && errorMessage !== '' ? errorMessage : 'no reason was given.';
  const message = `The function of worker '${worker}' gave no result: ${said}`.slice(0, longestMessage);
  if (response === undefined) {
    const waited = `Lambda had no capacity for the function of worker '${worker}' for as long as it tries.`;
    return { name: tooManyRequestsErrorName, message: waited };
  }
  if (once) {
    const hint = 'It may have done its work: its claim# item shows whether it began.';
    return { name: unknownOutcomeErrorName, message: `${message} ${hint}`, retryable: false };
  }
  const stack = isRecord(response) ? stackOf(response) : undefined;
  return { name: nameOf(type, said), message, ...(stack !== undefined && { stack }) };
}

const longestMessage = 2000;

/** `Sandbox.` and `Runtime.` are Lambda's own; any other is what the function's code threw, as Step Functions has it. */
function nameOf(type: string, said: string): string {
  if (type === 'Sandbox.Timedout' || (type === '' && said.includes('Task timed out after'))) {
    return timeoutErrorName;
  }
  if (type === '' || isOfPlatform(type)) return unknownFunctionErrorName;
  return type.slice(0, 256);
}

function isOfPlatform(errorType: string): boolean {
  return /^(?:Runtime|Sandbox|Extension)\./.test(errorType);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

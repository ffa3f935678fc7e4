import type { Json } from '../asl/json.ts';
import type { Answer, StepFunctionsHandler } from './handler.ts';
import type { CallOptions } from './surroundings.ts';

/** The header that names the operation: AWS JSON protocol 1.0. */
export const targetHeader = 'x-amz-target';
export const contentType = 'application/x-amz-json-1.0';

const targetPrefix = 'AWSStepFunctions.';

/** Answers a request of the protocol. */
export async function answerRequest(
  handler: StepFunctionsHandler,
  target: string | undefined,
  body: string,
  options: CallOptions = {},
): Promise<Answer> {
  if (!target?.startsWith(targetPrefix)) return [400, { __type: 'UnknownOperationException' }];
  const json = parsed(body);
  if (json === undefined) {
    return [400, { __type: 'SerializationException', message: 'The body of the request is not JSON.' }];
  }
  return handler(target.slice(targetPrefix.length), json, options);
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    return undefined;
  }
}

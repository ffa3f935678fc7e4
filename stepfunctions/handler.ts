import type { Json, JsonObject } from '../asl/json.ts';
import { IndexNotFoundError } from '../orchestrator/table/errors.ts';
import { ApiError } from './apiError.ts';
import { operations } from './operations.ts';
import { Request } from './request.ts';
import { isOperation, requestShapes } from './requestShapes.ts';
import type { ApiSurroundings, CallOptions } from './surroundings.ts';

/** HTTP status and JSON of an answer. */
export type Answer = readonly [status: number, body: JsonObject];

/** Performs an operation of Step Functions' API. Rejects where the table did not answer. */
export type StepFunctionsHandler = (operation: string, body: Json, options?: CallOptions) => Promise<Answer>;

const badRequest = 400;

export function stepFunctionsHandler(surroundings: ApiSurroundings): StepFunctionsHandler {
  return async (operation, body, options = {}) => {
    try {
      if (!isOperation(operation)) throw new ApiError('UnknownOperationException', '');
      const request = Request.checked(body, requestShapes[operation]);
      return [200, await operations[operation](surroundings, request, options)];
    } catch (error) {
      return [badRequest, errorBody(error)];
    }
  };
}

/** @throws the error itself where it is not the caller's */
function errorBody(error: unknown): JsonObject {
  if (error instanceof IndexNotFoundError) return { __type: 'ServiceUnavailable', message: error.message };
  if (!(error instanceof ApiError)) throw error;
  return { __type: error.name, message: error.message, ...error.members };
}

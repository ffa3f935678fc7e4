import type { JsonObject } from '../orchestrator/core/data/json.ts';

/** An error that the caller gets, with the name and the message that Step Functions has for it. */
export class ApiError extends Error {
  override readonly name: string;
  /** Further members of the answer, such as `reason`. */
  readonly members: JsonObject;

  constructor(name: ApiErrorName, message: string, members: JsonObject = {}) {
    super(message);
    this.name = name;
    this.members = members;
  }
}

export type ApiErrorName =
  | 'ActivityAlreadyExists'
  | 'ActivityDoesNotExist'
  | 'ConflictException'
  | 'ExecutionAlreadyExists'
  | 'ExecutionDoesNotExist'
  | 'ExecutionNotRedrivable'
  | 'InvalidArn'
  | 'InvalidDefinition'
  | 'InvalidExecutionInput'
  | 'InvalidName'
  | 'InvalidOutput'
  | 'InvalidToken'
  | 'MissingRequiredParameter'
  | 'ResourceNotFound'
  | 'SerializationException'
  | 'ServiceQuotaExceededException'
  | 'StateMachineAlreadyExists'
  | 'StateMachineDoesNotExist'
  | 'StateMachineTypeNotSupported'
  | 'TaskDoesNotExist'
  | 'TaskTimedOut'
  | 'TooManyTags'
  | 'UnknownOperationException'
  | 'ValidationException';

export function invalidArn(problem: string): ApiError {
  return new ApiError('InvalidArn', `Invalid Arn: '${problem}'`);
}

export function invalidToken(): ApiError {
  return new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");
}

export function noStateMachine(arn: string): ApiError {
  return new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

export function noExecution(arn: string): ApiError {
  return new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

export function noResource(): ApiError {
  return new ApiError('ResourceNotFound', 'Request references a resource that does not exist.');
}

export function invalidRequest(message: string, reason?: ValidationReason): ApiError {
  return new ApiError('ValidationException', message, reason === undefined ? {} : { reason });
}

/** The values of the member `reason` of `ValidationException`. */
export type ValidationReason =
  | 'API_DOES_NOT_SUPPORT_LABELED_ARNS'
  | 'MISSING_REQUIRED_PARAMETER'
  | 'CANNOT_UPDATE_COMPLETED_MAP_RUN'
  | 'INVALID_ROUTING_CONFIGURATION';

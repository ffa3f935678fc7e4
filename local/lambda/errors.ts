import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/**
 * An error of the `Invoke` API: `code`, status and body are those that Lambda answers with, so that a caller in this
 * process and one over HTTP see the same.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
export abstract class LambdaApiError extends Error {
  abstract readonly code: string;
  abstract readonly statusCode: number;

  /** The body of the HTTP answer. */
  body(): Record<string, string> {
    return { Type: this.statusCode < 500 ? 'User' : 'Service', message: this.message };
  }
}

/** No function has that name, or it has no such version. */
export class ResourceNotFoundException extends LambdaApiError {
  override readonly name = 'ResourceNotFoundException';
  readonly code = 'ResourceNotFoundException';
  readonly statusCode = 404;

  constructor(functionArn: string) {
    super(`Function not found: ${functionArn}`);
  }

  override body(): Record<string, string> {
    return { Type: 'User', Message: this.message };
  }
}

export type ThrottleReason =
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ConcurrentInvocationLimitExceeded';

/** No execution environment may be used now: try again after a while. */
export class TooManyRequestsException extends LambdaApiError {
  override readonly name = 'TooManyRequestsException';
  readonly code = 'TooManyRequestsException';
  readonly statusCode = 429;
  readonly reason: ThrottleReason;

  constructor(reason: ThrottleReason) {
    super('Rate Exceeded.');
    this.reason = reason;
  }

  override body(): Record<string, string> {
    return { Reason: this.reason, Type: 'User', message: this.message };
  }
}

/** The payload is over the limit of the invocation type. */
export class RequestTooLargeException extends LambdaApiError {
  override readonly name = 'RequestTooLargeException';
  readonly code = 'RequestTooLargeException';
  readonly statusCode = 413;

  constructor(bytes: number, invocationType: string, limitBytes: number) {
    super(
      `${bytes} byte payload is too large for the ${invocationType} invocation type (limit ${limitBytes} bytes)`,
    );
  }
}

/** The payload is not JSON. */
export class InvalidRequestContentException extends LambdaApiError {
  override readonly name = 'InvalidRequestContentException';
  readonly code = 'InvalidRequestContentException';
  readonly statusCode = 400;

  constructor(cause: string) {
    super(`Could not parse request body into json: ${cause}`);
  }
}

/** A header or parameter has a value that the API does not know. */
export class InvalidParameterValueException extends LambdaApiError {
  override readonly name = 'InvalidParameterValueException';
  readonly code = 'InvalidParameterValueException';
  readonly statusCode = 400;
}

/** The local Lambda is being stopped, or failed itself. */
export class ServiceException extends LambdaApiError {
  override readonly name = 'ServiceException';
  readonly code = 'ServiceException';
  readonly statusCode = 500;
}

/** The local Lambda speaks `Invoke` only. */
export class UnknownOperationException extends LambdaApiError {
  override readonly name = 'UnknownOperationException';
  readonly code = 'UnknownOperationException';
  readonly statusCode = 404;
}

/** The local Lambda could not be started, or was given functions that cannot be deployed together. */
export class LambdaStartError extends MillraceError {
  override readonly name = 'LambdaStartError';
  override readonly code: 'AddressInUse' | 'AddressNotAvailable' | 'DuplicateFunctionName';

  constructor(code: LambdaStartError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

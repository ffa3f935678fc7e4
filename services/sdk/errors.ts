import { ServiceCallError } from '../serviceError.ts';
import type { ServiceClient } from './clients.ts';
import { errorPrefix, exceptionName } from './names.ts';

/** An error that a service answered with, or that kept a call from being answered. */
export type SdkFailure =
  | {
      readonly type: 'answer';
      /** Name of the exception in the service's model. */
      readonly name: string;
      /** The code that the service answered with. */
      readonly errorCode: string;
      /** Whether the service's model has the exception. */
      readonly isModelled: boolean;
      readonly message: string;
      readonly statusCode: number;
      readonly requestId: string;
      readonly extendedRequestId?: string;
    }
  /** Nothing was answered: no network, no credentials. */
  | { readonly type: 'client'; readonly message: string };

export function failureOf(thrown: unknown, { module }: Pick<ServiceClient, 'module'>): SdkFailure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const metadata: unknown = Reflect.get(error, '$metadata');
  const statusCode = numberIn(metadata, 'httpStatusCode');
  if (statusCode === undefined) return { type: 'client', message: error.message };
  const extendedRequestId = textIn(metadata, 'extendedRequestId');
  return {
    type: 'answer',
    name: error.name,
    errorCode: textIn(error, 'Code') ?? textIn(Reflect.get(error, 'Error'), 'Code') ?? error.name,
    isModelled: isModelled(error, module),
    message: unknownMessages.has(error.message) ? 'null' : error.message,
    statusCode,
    requestId: textIn(metadata, 'requestId') ?? '',
    ...(extendedRequestId !== undefined && { extendedRequestId }),
  };
}

/** The SDK's words for an answer without a message, for which Step Functions has Java's. */
const unknownMessages: ReadonlySet<string> = new Set(['Unknown', 'UnknownError']);

/** An error that the model does not have is of the class that all others extend. */
function isModelled(error: Error, module: ServiceClient['module']): boolean {
  const own = Object.hasOwn(module, error.name) ? module[error.name] : undefined;
  return typeof own === 'function' && error instanceof own;
}

/** The errors of `aws-sdk:` resources: `DynamoDb.ResourceNotFoundException`, and `DynamoDb.DynamoDbException` for what is not modelled. */
export function sdkError(failure: SdkFailure, serviceId: string): ServiceCallError {
  const prefix = errorPrefix(serviceId);
  if (failure.type === 'client') return new ServiceCallError(`${prefix}.SdkClientException`, failure.message);
  const { name, isModelled, message, statusCode, requestId, extendedRequestId } = failure;
  const of = [
    `Service: ${prefix}`,
    `Status Code: ${statusCode}`,
    `Request ID: ${requestId}`,
    ...(extendedRequestId === undefined ? [] : [`Extended Request ID: ${extendedRequestId}`]),
  ];
  return new ServiceCallError(
    `${prefix}.${isModelled ? exceptionName(name) : `${prefix}Exception`}`,
    `${message} (${of.join(', ')}) (SDK Attempt Count: 1)`,
  );
}

/** How the errors of an optimized integration are named. */
export interface OptimizedErrors {
  /** `DynamoDB`. */
  readonly prefix: string;
  /** Its name in the AWS SDK for Java 1: `AmazonDynamoDBv2`. */
  readonly service: string;
  /** For an error that is not modelled: `AmazonDynamoDBException`. */
  readonly unmodelled: string;
}

/** The errors of optimized integrations look like those of the AWS SDK for Java 1. */
export function optimizedError(failure: SdkFailure, errors: OptimizedErrors): ServiceCallError {
  const { prefix, service, unmodelled } = errors;
  if (failure.type === 'client') return new ServiceCallError(`${prefix}.SdkClientException`, failure.message);
  const { name, errorCode, isModelled, message, statusCode, requestId } = failure;
  const withSuffix = name.endsWith('Exception') ? name : `${name}Exception`;
  return new ServiceCallError(
    `${prefix}.${isModelled ? withSuffix : unmodelled}`,
    `${message} (Service: ${service}; Status Code: ${statusCode}; Error Code: ${errorCode}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/** Whether the same call may succeed later: a job that is being waited for is looked at again. */
export function isPassing(failure: SdkFailure): boolean {
  if (failure.type === 'client') return true;
  return (
    failure.statusCode >= 500 ||
    failure.statusCode === 429 ||
    /throttl|TooManyRequests|RequestLimit|LimitExceeded|SlowDown/i.test(failure.name)
  );
}

function textIn(value: unknown, key: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : undefined;
}

function numberIn(value: unknown, key: string): number | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'number' ? found : undefined;
}

import { type ErrorKind, kindOfCode } from '../core/errors/millraceError.ts';

/** What AWS answers with where it has no capacity now, or is overloaded. */
const throttles = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'ThrottledException',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

const refusals = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NoSuchBucket',
  'ResourceNotFoundException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const conflicts = new Set([
  'ConditionalCheckFailedException',
  'ResourceConflictException',
  'ResourceInUseException',
  'TransactionCanceledException',
  'TransactionConflictException',
]);

/** Codes of a connection that brought no answer. */
const unreachable = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The kind of any error: of Millrace's by its code, of the AWS SDK's by its answer. All others are defects. */
export function kindOfError(error: unknown): ErrorKind {
  if (!(error instanceof Error)) return 'defect';
  const code = textAt(error, 'code');
  // By its code: the error may come from another copy of Millrace.
  return (code === undefined ? undefined : kindOfCode(code)) ?? kindOfAwsError(error) ?? 'defect';
}

/** Undefined for an error that the AWS SDK does not throw. */
export function kindOfAwsError(error: Error): ErrorKind | undefined {
  const { name, message } = error;
  if (isUnanswered(error)) return 'unavailable';
  if (name === 'CredentialsProviderError' || message === 'Region is missing') return 'environment';
  if (!('$metadata' in error)) return undefined;
  const status = statusOf(error.$metadata);
  if (throttles.has(name) || status === 429) return 'unavailable';
  if (refusals.has(name) || status === 401 || status === 403) return 'environment';
  if (conflicts.has(name) || status === 409) return 'conflict';
  // An answer without a status is not whole.
  return status === undefined || status >= 500 ? 'unavailable' : 'usage';
}

/** Whether no answer came: the call may have been received all the same. */
export function isUnanswered(error: Error): boolean {
  return error.name === 'TimeoutError' || unreachable.has(textAt(error, 'code') ?? '');
}

function statusOf(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function textAt(error: Error, key: 'code'): string | undefined {
  const value: unknown = key in error ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

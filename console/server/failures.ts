import { type ErrorKind, kindOfCode } from '../../orchestrator/core/errors/millraceError.ts';
import type { ApiFailure } from './api.ts';

/** An answer that is not what was asked for. */
export interface Failure {
  readonly status: number;
  readonly body: ApiFailure;
}

/** Thrown for a request that the server refuses for a reason of its own. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  usage: 400,
  notFound: 404,
  conflict: 409,
  execution: 409,
  diverged: 409,
  timeout: 504,
  unavailable: 503,
  environment: 503,
  data: 500,
  defect: 500,
  interrupted: 503,
};

/** An error as the page shows it: what happened, and what to do next. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RefusedRequestError) return failure(error.status, error.code, error.message);
  if (!(error instanceof Error)) return failure(500, 'Defect', String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // By its code: machines may come with a copy of Millrace of their own.
  const kind = code === undefined ? undefined : kindOfCode(code);
  if (code !== undefined && kind !== undefined) return failure(statusOfKind[kind], code, error.message);
  return awsFailure(error, code) ?? failure(500, code ?? error.name, error.message);
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ETIMEDOUT',
]);

function awsFailure(error: Error, code: string | undefined): Failure | undefined {
  const { name, message } = error;
  if (name === 'ResourceNotFoundException') {
    const text = 'The table was not found. Check --table, the region and the credentials of the console.';
    return failure(503, 'TableNotFound', text);
  }
  if ((code !== undefined && unreachable.has(code)) || name === 'TimeoutError' || name === 'AggregateError') {
    const text = `DynamoDB does not answer (${message || name}). Check that the local cloud still runs, or the network.`;
    return failure(503, 'CannotReachTable', text);
  }
  if (name === 'CredentialsProviderError' || name === 'ExpiredTokenException') {
    return failure(503, 'NoCredentials', `The console has no AWS credentials that work: ${message}`);
  }
  if (name === 'AccessDeniedException') return failure(403, 'AccessDenied', message);
  return '$metadata' in error ? failure(503, name, message) : undefined;
}

function failure(status: number, code: string, message: string): Failure {
  return { status, body: { error: { code, message } } };
}

import type { SdkFailure } from './errors.ts';

/**
 * A failure of S3 as the AWS SDK for Java has it. S3 answers `HEAD` without a body, and the SDK for Java says what was missing.
 * `AccessDenied` is an error of one action in newer models, and definitions know it as `S3.S3Exception` from all others.
 */
export function s3Failure(failure: SdkFailure, action: string): SdkFailure {
  if (failure.type !== 'answer') return failure;
  if (failure.name === 'AccessDenied' && action !== 'updateObjectEncryption') {
    return { ...failure, isModelled: false };
  }
  const missing = failure.statusCode === 404 ? missingThings[action] : undefined;
  return missing === undefined ? failure : { ...failure, ...missing, isModelled: true };
}

const missingThings: Readonly<Record<string, { readonly name: string; readonly message: string }>> = {
  headObject: { name: 'NoSuchKey', message: 'The specified key does not exist.' },
  headBucket: { name: 'NoSuchBucket', message: 'The specified bucket does not exist' },
};

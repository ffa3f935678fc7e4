import { dataPrefix } from '../orchestrator/table/stored/dataKeys.ts';
import type { FailuresDescription, StoreDescription } from './description.ts';

/** Days that objects outlive the items that refer to them, so that no item ever refers to nothing. */
const objectGraceDays = 8;

/** The bucket or folder for data that is too large for the table. */
export function describeStore(url: string, retentionDays: number): StoreDescription {
  const { protocol, hostname, pathname } = new URL(url);
  const prefix = pathname.replace(/^\/+|\/+$/g, '');
  const within = protocol === 's3:' && prefix !== '' ? `${prefix}/` : '';
  return {
    url,
    ...(protocol === 's3:' && { bucketName: hostname }),
    // The state of executions that run is deleted by the orchestrator when a commit has replaced it, and never by age.
    expirations:
      retentionDays > 0
        ? [{ prefix: `${within}${dataPrefix.data}`, days: retentionDays + objectGraceDays }]
        : [],
    permissions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
  };
}

/** The bucket or folder for batches that a function did not take. */
export function describeFailures(url: string, functionName: string): FailuresDescription {
  // The name of a bucket that is still to be deployed may not be a host's name.
  const bucketName = /^s3:\/\/([^/]+)/.exec(url)?.[1];
  return {
    url,
    ...(bucketName !== undefined && { bucketName }),
    permissions: ['s3:PutObject', 's3:ListBucket'],
    recovery: { functionName, permissions: ['s3:GetObject', 's3:DeleteObject', 's3:ListBucket'] },
    expirationDays: 30,
  };
}

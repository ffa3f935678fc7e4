import { dataPrefix, keyPart } from './stored/dataKeys.ts';

/** Prefix of the pages that a file was cut into by one attempt: they may expire with the items. */
export function listPrefix(executionId: string, attempt: number): string {
  return `${dataPrefix.data}${keyPart(executionId)}/list-${attempt}`;
}

export function listPageKey(prefix: string, page: number): string {
  return `${prefix}/${page}`;
}

/** Prefix of the results, beside the file that the items are in. */
export function resultsPrefix(fileKey: string, executionId: string): string {
  const name = /^\w[\w.-]{0,99}$/.test(executionId) ? executionId : keyPart(executionId);
  return `${fileKey}.results/${name}`;
}

export function resultsKey(prefix: string, page: number): string {
  return `${prefix}/${String(page).padStart(6, '0')}.ndjson`;
}

export function resultsManifestKey(prefix: string): string {
  return `${prefix}/manifest.json`;
}

import { createHash } from 'node:crypto';
import { isObjectKey } from '../../store/objectStore.ts';

/**
 * Prefixes of the objects that items refer to. An object under `data/` is written once and expires with the items;
 * the `state/` of a running execution is replaced by its commits, and must not expire while it runs.
 */
export const dataPrefix = { data: 'data/', state: 'state/' } as const;

/** Whether an item may refer to such an object: whatever else is in the store is out of an item's reach. */
export function isDataKey(key: string): boolean {
  return isObjectKey(key) && (key.startsWith(dataPrefix.data) || key.startsWith(dataPrefix.state));
}

export function isStateKey(key: string): boolean {
  return key.startsWith(dataPrefix.state);
}

/** Key of data that is written once: the same data of an execution is the same object, for every writer. */
export function dataKey(executionId: string, text: string): string {
  return `${dataFolder(executionId)}${contentHash(text)}`;
}

/** Prefix of all objects of an execution that expire. */
export function dataFolder(executionId: string): string {
  return `${dataPrefix.data}${keyPart(executionId)}/`;
}

/**
 * Key of the state that a commit stores. Racing commits of one state write the same object; a later version never uses an
 * earlier one's key again, so that what a commit has replaced can be deleted.
 */
export function stateKey(executionId: string, startedAt: number, version: number, text: string): string {
  const commit = `${startedAt.toString(36)}-${version}`;
  return `${dataPrefix.state}${keyPart(executionId)}/${commit}-${contentHash(text)}`;
}

/** Whether the object under the key holds this text. */
export function hasContent(key: string, text: string): boolean {
  return key.endsWith(contentHash(text));
}

function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The execution id, where a key can have it; else what it can have of it, and a hash. */
export function keyPart(executionId: string): string {
  if (/^[\w-]{1,100}$/.test(executionId)) return executionId;
  return `${executionId.replaceAll(/[^\w-]/g, '_').slice(0, 100)}~${contentHash(executionId)}`;
}

import { NotSerializableError } from '../core/data/serializable.ts';
import { parseTaskToken } from '../core/execution/tasks/taskToken.ts';
import { type Attributes, UnreadableAttributeError } from './attributes.ts';
import { attribute } from './schema.ts';
import { isDataKey } from './stored/dataKeys.ts';

/** The parts that several kinds of journal items have. */

export function tokenOf(value: Attributes[string] | undefined): string | undefined {
  return value?.S !== undefined && parseTaskToken(value.S) ? value.S : undefined;
}

export function isUnreadable(error: unknown): error is Error {
  return (
    error instanceof UnreadableAttributeError ||
    error instanceof NotSerializableError ||
    error instanceof SyntaxError
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The reference to the object that holds an item's data, an attribute beside the data's own: no data can pass for it.
 *
 * @throws UnreadableAttributeError
 */
export function storedData(
  item: Attributes,
  name: 'inputAt' | 'outputAt' | 'errorAt' | 'eventAt',
): { dataAt?: string } {
  const reference = item[name];
  if (reference === undefined) return {};
  if (reference.S !== undefined && isDataKey(reference.S)) return { dataAt: reference.S };
  throw new UnreadableAttributeError(
    `'${name}' must be a String, the key of an object that begins with 'data/'.`,
  );
}

export function withExpiry(item: Attributes, expiry: number | undefined): Attributes {
  if (expiry !== undefined) item[attribute.expiresAt] = { N: String(expiry) };
  return item;
}

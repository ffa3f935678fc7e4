import type { Json } from '../core/data/json.ts';
import { type Attributes, attributesSize, compressedAttribute } from './attributes.ts';
import { orderedAttributes, orderedJson } from './orderedJson.ts';
import type { ItemsPage } from './requests.ts';
import { attribute, sortKey } from './schema.ts';

/** A page of a list. Written once and read seldom, so it is compressed where that saves a write unit. */
export function encodeItemsPage(
  executionId: string,
  { task, hash, page }: ItemsPage,
  items: readonly Json[],
  expiry: number | undefined,
): Attributes {
  const common: Attributes = {
    executionId: { S: executionId },
    item: { S: sortKey.itemsPage(task, hash, page) },
    ...(expiry !== undefined && { [attribute.expiresAt]: { N: String(expiry) } }),
  };
  const plain = { ...common, ...orderedAttributes('items', items) };
  if (attributesSize(plain) <= 1024) return plain;
  const compressed = { ...common, items: compressedAttribute(JSON.stringify(items)) };
  return attributesSize(compressed) < attributesSize(plain) ? compressed : plain;
}

export function decodeItemsPage(item: Attributes): readonly Json[] | undefined {
  const items = orderedJson(item, 'items');
  return Array.isArray(items) ? items : undefined;
}

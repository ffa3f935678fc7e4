import type { Json, JsonObject } from '../core/data/json.ts';
import {
  type Attributes,
  attributesSize,
  compressedAttribute,
  isObject,
  jsonAttribute,
  jsonOf,
} from './attributes.ts';
import { isUnreadable } from './itemParts.ts';
import { attribute, registryPartition, sortKey } from './schema.ts';

/** The kinds of records: what Step Functions' API creates that is not an execution. */
export type RegistryKind = 'machine' | 'definition' | 'version' | 'alias' | 'activity';

export interface RegistryKey {
  readonly kind: RegistryKind;
  readonly name: string;
}

/** Something that was created by the API of Step Functions. */
export interface RegistryRecord extends RegistryKey {
  /** Number of writes: the condition of the next one. */
  readonly version: number;
  /** Absent once it was removed: the name may be used again, and its numbers go on. */
  readonly content?: JsonObject;
}

const oneWriteUnit = 1024;

export function encodeRegistryRecord({ kind, name, version, content }: RegistryRecord): Attributes {
  const common: Attributes = {
    [attribute.executionId]: { S: registryPartition },
    [attribute.item]: { S: sortKey.registry(kind, name) },
    [attribute.version]: { N: String(version) },
  };
  if (content === undefined) return common;
  const plain = { ...common, content: jsonAttribute(content) };
  if (attributesSize(plain) <= oneWriteUnit) return plain;
  const compressed = { ...common, content: compressedAttribute(JSON.stringify(content)) };
  return attributesSize(compressed) < attributesSize(plain) ? compressed : plain;
}

export function decodeRegistryRecord(kind: RegistryKind, item: Attributes): RegistryRecord {
  const name = item[attribute.item]?.S?.slice(sortKey.registry(kind, '').length) ?? '';
  const content = contentOf(item);
  return {
    kind,
    name,
    version: Number(item[attribute.version]?.N),
    ...(isObject(content) && { content }),
  };
}

/** Another program may have written the item: then there is no such record. */
function contentOf({ content }: Attributes): Json | undefined {
  try {
    return content && jsonOf(content);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

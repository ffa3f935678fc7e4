import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { NudgeAttribute, NudgeRecord } from '../contract/nudge.ts';
import type { Attributes } from '../table/attributes.ts';

/** The item of a stream record. In a Lambda event, Binary values are base64 text. */
export function attributesOf(image: NudgeRecord): Attributes {
  // Not by assignment: a hand-written item may have the key `__proto__`.
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeOf(value)]));
}

/** The same for an image from elsewhere. Undefined where it is not one. */
export function imageAttributes(image: NudgeRecord): Attributes | undefined {
  try {
    return attributesOf(image);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function attributeOf(value: NudgeAttribute): AttributeValue {
  if (value.B !== undefined) return { B: Buffer.from(value.B, 'base64') };
  if (value.BS !== undefined) return { BS: value.BS.map((bytes) => Buffer.from(bytes, 'base64')) };
  if (value.M !== undefined) return { M: attributesOf(value.M) };
  if (value.L !== undefined) return { L: value.L.map(attributeOf) };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.SS !== undefined) return { SS: [...value.SS] };
  if (value.NS !== undefined) return { NS: [...value.NS] };
  return { NULL: true };
}

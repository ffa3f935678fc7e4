import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { parseExactJson } from '../core/data/exactJson.ts';
import type { Json, JsonObject } from '../core/data/json.ts';
import { deepestNesting, isNestedDeeper } from '../core/data/nesting.ts';
import { numberTextProblem } from '../core/data/numbers.ts';
import { NotSerializableError, partPath } from '../core/data/serializable.ts';
import { isWellFormed, utf8Text } from '../core/data/text.ts';
import { MillraceError } from '../core/errors/millraceError.ts';

export type Attributes = Record<string, AttributeValue>;

/**
 * JSON as a native attribute, so that it reads well in every DynamoDB tool. What DynamoDB cannot hold as it is (deeper
 * than 32 levels, numbers outside its range, odd keys, halves of surrogate pairs) becomes gzip-compressed JSON in a
 * Binary attribute.
 *
 * @param depth lists and maps of the item that the attribute is in: 0 for an attribute of the item itself
 */
export function jsonAttribute(value: Json, depth = 0): AttributeValue {
  return nativeAttribute(value, depth) ?? compressedAttribute(JSON.stringify(value));
}

/** The largest text that is unpacked, and so that is packed: a small item must not become a memory bomb. */
const maximumUnpackedBytes = 16 * 1024 * 1024;

/**
 * Gzip-compressed text, which any language can read and write. A text that no reader would unpack again stays as it
 * is: too large for any item, and refused as that.
 */
export function compressedAttribute(text: string): AttributeValue {
  return { B: Buffer.byteLength(text) > maximumUnpackedBytes ? Buffer.from(text) : gzipSync(text) };
}

/** DynamoDB nests 32 levels deep at most; one is the item's own. */
const deepest = 30;
/** DynamoDB takes keys of 64 KB. */
const longestKey = 20_000;

function nativeAttribute(value: Json | undefined, depth: number): AttributeValue | undefined {
  if (depth > deepest) return undefined;
  if (value === null || value === undefined) return { NULL: true };
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? { S: value } : undefined;
    case 'boolean':
      return { BOOL: value };
    case 'number':
      return numberAttribute(value);
    case 'object':
      return isList(value) ? listAttribute(value, depth) : mapAttribute(value, depth);
  }
}

function listAttribute(values: readonly Json[], depth: number): AttributeValue | undefined {
  const list: AttributeValue[] = [];
  for (const value of values) {
    const item = nativeAttribute(value, depth + 1);
    if (!item) return undefined;
    list.push(item);
  }
  return { L: list };
}

function mapAttribute(
  value: { readonly [key: string]: Json | undefined },
  depth: number,
): AttributeValue | undefined {
  const map: Attributes = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const item = isAttributeName(key) ? nativeAttribute(field, depth + 1) : undefined;
    if (!item) return undefined;
    map[key] = item;
  }
  return { M: map };
}

/** The AWS SDK cannot read a map with the key `__proto__` in the answer of a condition that failed. */
function isAttributeName(key: string): boolean {
  return key !== '' && key !== '__proto__' && key.length <= longestKey && isWellFormed(key);
}

/** DynamoDB numbers: 38 digits, 1E-130 to 9.99E+125. -0 comes back as 0, as from any JSON. */
function numberAttribute(value: number): AttributeValue | undefined {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return undefined;
  if (size !== 0 && (size < 1e-130 || size >= 1e126)) return undefined;
  return { N: String(value) };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: readonly Json[] | object): value is readonly Json[] {
  return Array.isArray(value);
}

/** Thrown for a Binary attribute that is not gzip-compressed JSON, or one that cannot be made a value. */
export class UnreadableAttributeError extends MillraceError {
  override readonly code = 'UnreadableAttribute';
  override readonly name = 'UnreadableAttributeError';
}

/**
 * The JSON of an attribute. Sets become lists; a Binary at the top is gzip-compressed JSON, deeper ones become base64.
 * Keys of a map come sorted: DynamoDB gives them in any order, in the stream in another one than in a read, and a replay
 * has to see what the first run saw.
 *
 * @throws UnreadableAttributeError
 */
export function jsonOf(attribute: AttributeValue): Json {
  return attribute.B === undefined
    ? nativeJson(attribute)
    : (JSON.parse(packedText(attribute, deepestStored)) as Json);
}

/**
 * The same of an attribute that a user or a worker has written, in any language: a number that JavaScript would round is refused.
 *
 * @param path how messages name the value, such as `output`
 * @throws UnreadableAttributeError, NotSerializableError
 */
export function receivedJsonOf(attribute: AttributeValue, path: string): Json {
  if (attribute.B !== undefined) return parseExactJson(packedText(attribute, deepestNesting), path);
  refuseRoundedNumbers(attribute, path);
  return nativeJson(attribute);
}

function refuseRoundedNumbers({ N, NS, L, M }: AttributeValue, path: string): void {
  for (const text of N === undefined ? (NS ?? []) : [N]) {
    const problem = numberTextProblem(text);
    if (problem !== undefined) throw new NotSerializableError(path, problem);
  }
  for (const [index, item] of (L ?? []).entries()) refuseRoundedNumbers(item, `${path}[${index}]`);
  for (const [key, field] of Object.entries(M ?? {})) refuseRoundedNumbers(field, partPath(path, key));
}

/** What Millrace itself stores may have a few levels around a value: a message's, a list's. */
const deepestStored = deepestNesting + 24;

function packedText(attribute: AttributeValue, deepest: number): string {
  const text = textOf(attribute);
  // Compressed JSON is the only data that DynamoDB's own limit of 32 levels does not hold for.
  if (isNestedDeeper(text, deepest)) {
    throw new UnreadableAttributeError(`JSON nested more than ${deepestNesting} levels deep: flatten it.`);
  }
  return text;
}

/** The text of a String attribute, or of a Binary one that holds it compressed. */
export function textOf(attribute: AttributeValue): string {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.B === undefined)
    throw new UnreadableAttributeError('The attribute is neither a String nor a Binary.');
  try {
    return utf8Text(gunzipSync(attribute.B, { maxOutputLength: maximumUnpackedBytes }));
  } catch (error) {
    throw new UnreadableAttributeError(
      `A Binary attribute must hold gzip-compressed JSON of at most ${maximumUnpackedBytes} bytes: ${String(error)}`,
    );
  }
}

function nativeJson(attribute: AttributeValue): Json {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.M !== undefined) {
    const sorted = Object.entries(attribute.M).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([key, value]) => [key, nativeJson(value)]));
  }
  if (attribute.L !== undefined) return attribute.L.map(nativeJson);
  if (attribute.SS !== undefined) return attribute.SS;
  if (attribute.NS !== undefined) return attribute.NS.map(Number);
  if (attribute.B !== undefined) return Buffer.from(attribute.B).toString('base64');
  if (attribute.BS !== undefined) return attribute.BS.map((bytes) => Buffer.from(bytes).toString('base64'));
  return null;
}

/** Size as DynamoDB counts it. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function attributesSize(attributes: Attributes): number {
  let size = 0;
  for (const name in attributes) {
    const value = attributes[name];
    if (value) size += Buffer.byteLength(name) + attributeSize(value);
  }
  return size;
}

function attributeSize(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/^-|\.|e.*$/g, '').length / 2) + 2;
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + attributesSize(value.M);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, item) => sum + 1 + attributeSize(item), 0);
  return 1;
}

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/data/json.ts';
import { keyOrderOf, withKeyOrder } from '../core/data/keyOrder.ts';
import { type Attributes, jsonAttribute, jsonOf, receivedJsonOf } from './attributes.ts';

/**
 * A user's data as a native attribute, and where its keys are not sorted, their order beside it (`inputKeys` beside
 * `input`): DynamoDB has no order of keys. An item without that attribute is as good; its keys come sorted.
 */
export function orderedAttributes(name: string, value: Json, depth = 0): Attributes {
  const native = jsonAttribute(value, depth);
  const order = native.B === undefined ? keyOrderOf(value) : undefined;
  return { [name]: native, ...(order === undefined ? {} : { [orderName(name)]: { S: order } }) };
}

/** @throws UnreadableAttributeError */
export function orderedJson(item: Attributes, name: string): Json | undefined {
  const value = item[name];
  return value && orderedValue(value, item[orderName(name)]);
}

/**
 * The same of what a user or a worker has written.
 *
 * @throws UnreadableAttributeError
 * @throws NotSerializableError for a number that JavaScript would round
 */
export function receivedJson(item: Attributes, name: string): Json | undefined {
  const value = item[name];
  return value && inOrder(receivedJsonOf(value, name), value, item[orderName(name)]);
}

/**
 * @param order the attribute beside the value
 * @throws UnreadableAttributeError
 */
export function orderedValue(value: AttributeValue, order: AttributeValue | undefined): Json {
  return inOrder(jsonOf(value), value, order);
}

function inOrder(json: Json, value: AttributeValue, order: AttributeValue | undefined): Json {
  return value.B === undefined ? withKeyOrder(json, order?.S) : json;
}

function orderName(name: string): string {
  return `${name}Keys`;
}

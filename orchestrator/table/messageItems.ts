import type { Json } from '../core/data/json.ts';
import { thrownAsJson, thrownOfJson } from '../core/data/thrown.ts';
import type { Answered, Message } from '../core/execution/children/messages.ts';
import { childNumber } from '../core/execution/model/addresses.ts';
import type { MessageEntry } from '../core/execution/model/entries.ts';
import type { MachineEvent } from '../core/machine/step.types.ts';
import { listLimitsOf } from '../core/policy/listLimits.ts';
import {
  type Attributes,
  attributesSize,
  compressedAttribute,
  isObject,
  UnreadableAttributeError,
} from './attributes.ts';
import { orderedAttributes, orderedJson } from './orderedJson.ts';
import { attribute, maximumItemBytes, sortKeyPrefix } from './schema.ts';
import { isDataKey } from './stored/dataKeys.ts';

export function messageAsJson(message: Message): Json {
  switch (message.type) {
    case 'error':
      return { ...message, error: thrownAsJson(message.error) };
    case 'updatePart': {
      const { type, number, limits } = message;
      return { type, number, ...limits };
    }
    default:
      return { ...message };
  }
}

/** Data reads best as it is, so it is compressed only where the item is too large otherwise. */
export function fitted(item: Attributes, name: string, data: Json | undefined): Attributes {
  if (data === undefined) return item;
  const plain = { ...item, ...orderedAttributes(name, data) };
  return attributesSize(plain) <= maximumItemBytes
    ? plain
    : { ...item, [name]: compressedAttribute(JSON.stringify(data)) };
}

/** Whether a start item is a parent's: only such a one may have the id of a child. */
export function isChildStart(item: Attributes): boolean {
  const parent = item.parent?.S;
  return parent !== undefined && childNumber(item[attribute.executionId]?.S ?? '', parent) !== undefined;
}

/** Nothing for an item that no orchestrator has written. */
export function decodeMessages(key: string, item: Attributes): MessageEntry | undefined {
  const match = /^([^#]+)#([1-9]\d{0,15})$/.exec(key.slice(sortKeyPrefix.message.length));
  const messagesAt = item.messages === undefined ? item.messagesAt?.S : undefined;
  const dataAt = messagesAt !== undefined && isDataKey(messagesAt) ? messagesAt : undefined;
  const messages = dataAt === undefined ? readMessages(item) : [];
  if (!match || !messages) return undefined;
  const at = item.at?.S;
  return {
    kind: 'message',
    reference: key,
    sender: match[1] ?? '',
    number: Number(match[2]),
    messages,
    ...(dataAt === undefined ? {} : { dataAt }),
    ...(at === undefined ? {} : { at }),
  };
}

function readMessages(item: Attributes): readonly Message[] | undefined {
  try {
    return messagesOf(orderedJson(item, 'messages'));
  } catch (error) {
    if (error instanceof UnreadableAttributeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function messagesOf(list: Json | undefined): readonly Message[] | undefined {
  return Array.isArray(list) ? list.flatMap((each: Json) => messageOf(each) ?? []) : undefined;
}

function messageOf(value: Json): Message | undefined {
  if (!isObject(value)) return undefined;
  const { type, event, to, isAnswer, output, error } = value;
  switch (type) {
    case 'event':
      return isEvent(event)
        ? { type, event, ...(typeof to === 'string' && { to }), ...(isAnswer === true && { isAnswer }) }
        : undefined;
    case 'done':
      return { type, ...(output === undefined ? {} : { output }) };
    case 'error':
      return error === undefined ? undefined : { type, error: thrownOfJson(error) };
    case 'stop':
      return { type, ...answeredOf(value.answered) };
    case 'redrive':
    case 'endPart':
      return { type };
    case 'updatePart': {
      const { number, concurrency, tolerated } = value;
      const limits = listLimitsOf(concurrency, tolerated);
      return typeof number === 'number' && limits ? { type, number, limits } : undefined;
    }
    default:
      return undefined;
  }
}

function answeredOf(value: Json | undefined): { readonly answered?: Answered } {
  if (value === undefined || !isObject(value)) return {};
  const { count, to } = value;
  if (typeof count !== 'number') return {};
  return { answered: { count, ...(typeof to === 'string' && { to }) } };
}

export function isEvent(value: Json | undefined): value is MachineEvent {
  return isObject(value) && typeof value.type === 'string';
}

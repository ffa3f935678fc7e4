import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/data/json.ts';
import type { OutgoingItem } from '../core/execution/children/messages.ts';
import type { ChildExecution, Execution, HeldEvent } from '../core/execution/model/execution.ts';
import { type Attributes, compressedAttribute, isObject, jsonAttribute, jsonOf } from './attributes.ts';
import { isEvent, messageAsJson, messagesOf } from './messageItems.ts';
import { orderedAttributes, orderedValue } from './orderedJson.ts';
import { isDataKey } from './stored/dataKeys.ts';

/**
 * The attributes of the `execution` item about other executions, and about events that it holds. Most items have
 * none of them.
 */
export function actorAttributes({ children, sent, received, outbox, held }: Execution): Attributes {
  const item: Attributes = {};
  if (children) item.children = jsonAttribute(children.map((child) => ({ ...child })));
  if (sent) item.sent = jsonAttribute(sent);
  if (received) item.received = jsonAttribute(received);
  if (outbox) Object.assign(item, orderedAttributes('outbox', outbox.map(toJson)));
  if (held)
    Object.assign(
      item,
      orderedAttributes(
        'held',
        held.map((event) => ({ ...event })),
      ),
    );
  return item;
}

/** Many starts at once, each with its input, may fit into an item only so. */
export function compressedOutbox({ outbox }: Execution): Attributes {
  return outbox ? { outbox: compressedAttribute(JSON.stringify(outbox.map(toJson))) } : {};
}

function toJson(item: OutgoingItem): Json {
  return item.type === 'start' ? { ...item } : { ...item, messages: item.messages.map(messageAsJson) };
}

export function childrenOf(value: AttributeValue): readonly ChildExecution[] | undefined {
  return listOf(jsonOf(value), (child) => {
    const { task, machine } = child;
    return typeof task === 'number' && typeof machine === 'string' ? { task, machine } : undefined;
  });
}

export function heldOf(
  value: AttributeValue,
  order: AttributeValue | undefined,
): readonly HeldEvent[] | undefined {
  return listOf(orderedValue(value, order), ({ reference, event, isMessage }) => {
    if (typeof reference !== 'string' || !isEvent(event)) return undefined;
    return { reference, event, ...(isMessage === true && { isMessage }) };
  });
}

export function outboxOf(
  value: AttributeValue,
  order: AttributeValue | undefined,
): readonly OutgoingItem[] | undefined {
  return listOf(orderedValue(value, order), (item): OutgoingItem | undefined => {
    const { type, receiver, machine, version, input, sender, number, at } = item;
    if (typeof receiver !== 'string') return undefined;
    if (type === 'start') {
      if (typeof machine !== 'string' || typeof version !== 'string') return undefined;
      const inputAt = keyOf(item.inputAt);
      return {
        type,
        receiver,
        machine,
        version,
        ...(input === undefined ? {} : { input }),
        ...(inputAt === undefined ? {} : { inputAt }),
      };
    }
    const messages = messagesOf(item.messages);
    if (type !== 'message' || typeof sender !== 'string' || !messages) return undefined;
    if (typeof number !== 'number' || typeof at !== 'number') return undefined;
    const messagesAt = keyOf(item.messagesAt);
    return {
      type,
      receiver,
      sender,
      number,
      messages,
      ...(messagesAt === undefined ? {} : { messagesAt }),
      at,
    };
  });
}

function keyOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && isDataKey(value) ? value : undefined;
}

/** How many message items by address. */
export function countsOf(value: AttributeValue): Readonly<Record<string, number>> | undefined {
  const counts = jsonOf(value);
  if (!isObject(counts)) return undefined;
  const entries = Object.entries(counts).flatMap(([address, count]) =>
    typeof count === 'number' ? [[address, count] as const] : [],
  );
  return Object.fromEntries(entries);
}

function listOf<Item>(
  list: Json,
  itemOf: (fields: { readonly [key: string]: Json | undefined }) => Item | undefined,
): readonly Item[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const items = list.flatMap((each: Json) => (isObject(each) ? (itemOf(each) ?? []) : []));
  return items.length === list.length ? items : undefined;
}

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/data/json.ts';
import { thrownAsJson, thrownOfJson } from '../core/data/thrown.ts';
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
  switch (item.type) {
    case 'start':
    case 'stop':
      return { ...item };
    case 'message':
      return { ...item, messages: item.messages.map(messageAsJson) };
    case 'answer': {
      const { result, attempt, ...rest } = item;
      const error = result.status === 'FAILED' ? thrownAsJson(result.error) : undefined;
      const stored =
        result.status === 'FAILED' ? { status: result.status, error: error ?? null } : { ...result };
      return { ...rest, attempt: { ...attempt }, result: stored };
    }
  }
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
    if (type === 'answer') return answerOf(receiver, item);
    if (type === 'stop') {
      const { answerTo, cause } = item;
      if (typeof answerTo !== 'string' || typeof cause !== 'string' || typeof at !== 'number')
        return undefined;
      return { type, receiver, answerTo, cause, at };
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

function answerOf(
  receiver: string,
  { attempt, result, startedAt, endedAt, outputAt }: { readonly [key: string]: Json | undefined },
): OutgoingItem | undefined {
  if (!isObject(attempt) || !isObject(result)) return undefined;
  const { task, attempt: number } = attempt;
  if (typeof task !== 'number' || typeof number !== 'number') return undefined;
  if (typeof startedAt !== 'number' || typeof endedAt !== 'number') return undefined;
  const key = keyOf(outputAt);
  const { status, output, error } = result;
  return {
    type: 'answer',
    receiver,
    attempt: { task, attempt: number },
    result:
      status === 'SUCCEEDED'
        ? { status, ...(output !== undefined && { output }) }
        : { status: 'FAILED', error: thrownOfJson(error) },
    ...(key !== undefined && { outputAt: key }),
    startedAt,
    endedAt,
  };
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

import type { OutgoingItem } from '../core/execution/children/messages.ts';
import type { Attributes } from './attributes.ts';
import { encodeEvent } from './eventItem.ts';
import { isoTime } from './executionItem.ts';
import { fitted, messageAsJson } from './messageItems.ts';
import { encodeResult } from './resultItem.ts';
import { attribute, sortKey } from './schema.ts';

/**
 * The journal item that an execution writes into another one's partition, with its own commit.
 *
 * @param traceparent of the execution: its children belong to the same trace
 */
export function encodeOutgoing(
  item: OutgoingItem,
  expiry: number | undefined,
  traceparent: string | undefined,
): Attributes {
  const expires: Attributes = expiry === undefined ? {} : { [attribute.expiresAt]: { N: String(expiry) } };
  switch (item.type) {
    case 'start':
      return fitted(
        {
          ...keyOf(item.receiver, sortKey.start),
          machine: { S: item.machine },
          version: { S: item.version },
          parent: { S: item.receiver.slice(0, item.receiver.lastIndexOf('.')) },
          ...(item.inputAt !== undefined && { inputAt: { S: item.inputAt } }),
          ...(traceparent !== undefined && { traceparent: { S: traceparent } }),
          ...expires,
        },
        'input',
        item.input,
      );
    case 'message':
      return fitted(
        {
          ...keyOf(item.receiver, sortKey.message(item.sender, item.number)),
          at: { S: new Date(item.at).toISOString() },
          ...(item.messagesAt !== undefined && { messagesAt: { S: item.messagesAt } }),
          ...expires,
        },
        'messages',
        item.messagesAt === undefined ? item.messages.map(messageAsJson) : undefined,
      );
    case 'answer':
      return encodeResult(
        {
          executionId: item.receiver,
          ...item.attempt,
          startedAt: isoTime(item.startedAt),
          endedAt: isoTime(item.endedAt),
          result: item.result,
          ...(item.outputAt !== undefined && { dataAt: item.outputAt }),
        },
        expiry,
      );
    case 'stop':
      return encodeEvent(
        {
          executionId: item.receiver,
          eventId: `stop#${item.answerTo}`,
          at: isoTime(item.at),
          content: { control: 'stop', cause: item.cause, answerTo: item.answerTo },
        },
        expiry,
      );
  }
}

function keyOf(executionId: string, item: string): Attributes {
  return { executionId: { S: executionId }, item: { S: item } };
}

import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Attributes } from './attributes.ts';
import { decodeEvent } from './eventItem.ts';
import { decodeMessages } from './messageItems.ts';
import { decodeResult } from './resultItem.ts';
import { attribute, sortKey, sortKeyPrefix } from './schema.ts';
import { decodeStart } from './startItem.ts';

/**
 * The journal item as the core takes it in; undefined where it is not a journal item. Whatever the item holds, the
 * answer is an entry that says what is wrong with it: an item that cannot be read must not hold up the others.
 */
export function decodeJournalItem(item: Attributes): JournalEntry | undefined {
  const key = item[attribute.item]?.S ?? '';
  if (key === sortKey.start) return decodeStart(item);
  if (key.startsWith(sortKeyPrefix.result)) return decodeResult(key, item);
  if (key.startsWith(sortKeyPrefix.event)) return decodeEvent(key, item);
  if (key.startsWith(sortKeyPrefix.message)) return decodeMessages(key, item) ?? unreadable(key);
  return undefined;
}

/** Whether the writer of a journal item invokes the orchestrator with it: the stream is then not the first to bring it. */
export function isNudged(item: Attributes): boolean {
  return item[attribute.nudged]?.BOOL === true;
}

/** Only orchestrators write messages: what is none is recorded as ignored. */
function unreadable(key: string): JournalEntry {
  return { kind: 'invalidEvent', reference: key };
}

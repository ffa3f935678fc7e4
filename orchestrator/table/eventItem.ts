import type { JsonObject } from '../core/data/json.ts';
import { NotSerializableError } from '../core/data/serializable.ts';
import {
  type ControlContent,
  type ControlEntry,
  controls,
  type JournalEntry,
  type ListUpdateContent,
  listUpdateControl,
} from '../core/execution/model/entries.ts';
import { type Attributes, isObject } from './attributes.ts';
import { isUnreadable, storedData, tokenOf, withExpiry } from './itemParts.ts';
import { structuredJson, textAttributes } from './jsonText.ts';
import { decodeListUpdate, listUpdateAttributes, listUpdateNumbers } from './listUpdateItem.ts';
import { fitted } from './messageItems.ts';
import { orderedAttributes } from './orderedJson.ts';
import { attribute, sortKey } from './schema.ts';

export interface EventItem {
  readonly executionId: string;
  readonly eventId: string;
  readonly at: string;
  readonly content:
    | { readonly type: string; readonly event?: JsonObject; readonly eventAt?: string }
    | ControlContent
    | ListUpdateContent;
  /** Its writer invokes the orchestrator with it, beside the stream. */
  readonly isNudged?: boolean;
}

export function decodeEvent(key: string, item: Attributes): JournalEntry {
  const at = item.at?.S;
  const common = { reference: key, ...(at === undefined ? {} : { at }) };
  const invalid = (problem: string): JournalEntry => ({ kind: 'invalidEvent', ...common, problem });
  try {
    if (item.control?.S === listUpdateControl) {
      return decodeListUpdate(common, item) ?? invalid(`The item '${key}' needs ${listUpdateNumbers}.`);
    }
    if (item.control !== undefined) {
      const control = controls.find((name) => name === item.control?.S);
      if (!control)
        return invalid(`'control' must be a String, one of ${[...controls, listUpdateControl].join(', ')}.`);
      const wrong = (['cause', 'error', 'version'] as const).find(
        (name) => item[name] && item[name].S === undefined,
      );
      if (wrong) return invalid(`'${wrong}' of the item '${key}' must be a String.`);
      if (item.answerTo && tokenOf(item.answerTo) === undefined) {
        return invalid(`'answerTo' of the item '${key}' must be the token of a task.`);
      }
      return controlEntry(control, common, item);
    }
    const type = item.type?.S;
    if (type === undefined || type === '') {
      return invalid(`The item '${key}' needs 'type', a String that is not empty.`);
    }
    const stored = item.event === undefined ? storedData(item, 'eventAt') : {};
    const fields = structuredJson(item, 'event') ?? {};
    return isObject(fields)
      ? { kind: 'event', ...common, type, fields, ...stored }
      : invalid(`'event' of the item '${key}' must be a Map: the fields of the event.`);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return invalid(
      error instanceof NotSerializableError
        ? error.message
        : `The item '${key}' cannot be read. ${error.message}`,
    );
  }
}

function controlEntry(
  control: ControlEntry['control'],
  common: { reference: string; at?: string },
  item: Attributes,
): ControlEntry {
  const cause = item.cause?.S;
  const error = item.error?.S;
  const version = item.version?.S;
  const answerTo = tokenOf(item.answerTo);
  const input = structuredJson(item, 'input');
  return {
    kind: 'control',
    control,
    ...common,
    ...(cause === undefined ? {} : { cause }),
    ...(error === undefined ? {} : { error }),
    ...(answerTo === undefined ? {} : { answerTo }),
    ...(version === undefined ? {} : { version }),
    ...(input === undefined ? {} : { input }),
  };
}

export function encodeEvent(event: EventItem, expiry: number | undefined): Attributes {
  const item: Attributes = {
    executionId: { S: event.executionId },
    item: { S: sortKey.event(event.eventId) },
    at: { S: event.at },
  };
  if (event.isNudged) item[attribute.nudged] = { BOOL: true };
  const { content } = event;
  if ('limits' in content) Object.assign(item, listUpdateAttributes(content));
  else if ('control' in content) {
    item.control = { S: content.control };
    if (content.cause !== undefined) item.cause = { S: content.cause };
    if (content.error !== undefined) item.error = { S: content.error };
    if (content.answerTo !== undefined) item.answerTo = { S: content.answerTo };
    if (content.version !== undefined) item.version = { S: content.version };
    if (content.input !== undefined) {
      Object.assign(
        item,
        textAttributes('input', content.input) ?? orderedAttributes('input', content.input),
      );
    }
  } else {
    item.type = { S: content.type };
    if (content.event === undefined && content.eventAt !== undefined) item.eventAt = { S: content.eventAt };
  }
  return fitted(withExpiry(item, expiry), 'event', 'control' in content ? undefined : content.event);
}

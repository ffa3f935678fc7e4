import type { Json, JsonObject } from '../core/data/json.ts';
import { NotSerializableError } from '../core/data/serializable.ts';
import { illFormed, isWellFormed } from '../core/data/text.ts';
import { thrownAsJson, thrownOfJson } from '../core/data/thrown.ts';
import { validTraceparent } from '../core/data/traceContext.ts';
import {
  type ControlContent,
  type ControlEntry,
  controls,
  type JournalEntry,
  type StartEntry,
  type TaskResult,
} from '../core/execution/model/entries.ts';
import {
  type Attributes,
  isObject,
  jsonAttribute,
  receivedJsonOf,
  UnreadableAttributeError,
} from './attributes.ts';
import { structuredJson, textAttributes } from './jsonText.ts';
import { decodeMessages, fitted, isChildStart } from './messageItems.ts';
import { orderedAttributes, orderedJson, receivedJson } from './orderedJson.ts';
import { attribute, sortKey, sortKeyPrefix } from './schema.ts';
import { dataKey, isDataKey } from './stored/dataKeys.ts';

/** An execution's id is part of keys and of children's ids: at most 256 characters, without `#` and `.`. */
export const maximumExecutionIdLength = 256;

/** The problem with an execution id that a user gives, if there is one. */
export function executionIdProblem(executionId: unknown): string | undefined {
  if (typeof executionId !== 'string' || executionId === '')
    return 'An execution id is a string that is not empty.';
  if (executionId.length > maximumExecutionIdLength) {
    return `An execution id has at most ${maximumExecutionIdLength} characters; this one has ${executionId.length}.`;
  }
  if (/[#.]/.test(executionId)) {
    return `The execution id '${executionId}' has '#' or '.', which Millrace uses itself: write '-' or ':' instead.`;
  }
  if (!isWellFormed(executionId)) return `The execution id '${executionId}' ${illFormed}.`;
  return undefined;
}

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

/** Only orchestrators write messages: what is none is recorded as ignored. */
function unreadable(key: string): JournalEntry {
  return { kind: 'invalidEvent', reference: key };
}

function decodeStart(item: Attributes): StartEntry {
  const machine = item[attribute.machine]?.S;
  const version = item.version?.S;
  const start = { kind: 'start', reference: sortKey.start, machine: machine?.slice(0, 256) || '?' } as const;
  const isChild = isChildStart(item);
  const traceparent = validTraceparent(item.traceparent?.S);
  const idProblem = isChild ? undefined : executionIdProblem(item[attribute.executionId]?.S);
  const problem = idProblem ?? machineProblem(machine, item.version);
  if (problem !== undefined) return { ...start, invalid: problem };
  try {
    const input = isChild ? orderedJson(item, 'input') : structuredJson(item, 'input');
    return {
      ...start,
      ...(version === undefined ? {} : { version }),
      ...(input === undefined ? storedData(item, 'inputAt') : { input }),
      ...(isChild && { isChild }),
      ...(traceparent !== undefined && { traceparent }),
    };
  } catch (error) {
    return { ...start, invalid: `The start item's input cannot be read. ${messageOf(error)}` };
  }
}

function machineProblem(
  machine: string | undefined,
  version: Attributes[string] | undefined,
): string | undefined {
  if (machine === undefined || machine === '' || machine.length > 256 || machine.includes('#')) {
    return "A start item needs 'machine', the id of a machine: a String of at most 256 characters without '#'.";
  }
  if (version !== undefined && !version.S) {
    return "A start item's 'version' must be a String that is not empty. Leave it out for the newest version.";
  }
  return undefined;
}

function decodeResult(key: string, item: Attributes): JournalEntry | undefined {
  const match = /^task#(\d{1,9})(?:\.(\d{1,9}))?#(\d{1,9})$/.exec(key);
  // No attempt has such a key, so nothing waits for it.
  const task = match ? Number(match[1]) : -1;
  const index = match?.[2] === undefined ? undefined : Number(match[2]);
  const attempt = match ? Number(match[3]) : -1;
  const at = item.endedAt?.S;
  const worker = item.worker?.S;
  const entry = {
    kind: 'result',
    reference: key,
    task,
    ...(index === undefined ? {} : { index }),
    attempt,
    ...decodeResultFields(key, item),
    ...(worker === undefined ? {} : { worker }),
  } as const;
  return at === undefined ? entry : { ...entry, at };
}

/** Error names of results that cannot be read: the machine decides on them like on any failure. */
export const invalidResultErrorName = 'Millrace.InvalidResult';

function decodeResultFields(key: string, item: Attributes): { result: TaskResult; dataAt?: string } {
  const status = item.status?.S;
  try {
    if (status === 'SUCCEEDED') {
      if (item.output === undefined) return { result: { status }, ...storedData(item, 'outputAt') };
      return { result: { status, output: receivedJson(item, 'output') ?? null } };
    }
    if (status === 'FAILED') {
      const stored = item.error === undefined ? storedData(item, 'errorAt') : {};
      const error = thrownOfJson(item.error && receivedJsonOf(item.error, 'error'));
      return { result: { status, error }, ...stored };
    }
  } catch (error) {
    return { result: invalidResult(`The item '${key}' cannot be read. ${messageOf(error)}`) };
  }
  return { result: invalidResult(`The item '${key}' has neither status SUCCEEDED nor FAILED.`) };
}

export function invalidResult(message: string): TaskResult {
  return { status: 'FAILED', error: { name: invalidResultErrorName, message, retryable: false } };
}

function decodeEvent(key: string, item: Attributes): JournalEntry {
  const at = item.at?.S;
  const common = { reference: key, ...(at === undefined ? {} : { at }) };
  const invalid = (problem: string): JournalEntry => ({ kind: 'invalidEvent', ...common, problem });
  try {
    if (item.control !== undefined) {
      const control = controls.find((name) => name === item.control?.S);
      if (!control) return invalid(`'control' must be a String, one of ${controls.join(', ')}.`);
      const wrong = (['cause', 'version'] as const).find((name) => item[name] && item[name].S === undefined);
      if (wrong) return invalid(`'${wrong}' of the item '${key}' must be a String.`);
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
  const version = item.version?.S;
  const input = structuredJson(item, 'input');
  return {
    kind: 'control',
    control,
    ...common,
    ...(cause === undefined ? {} : { cause }),
    ...(version === undefined ? {} : { version }),
    ...(input === undefined ? {} : { input }),
  };
}

function isUnreadable(error: unknown): error is Error {
  return (
    error instanceof UnreadableAttributeError ||
    error instanceof NotSerializableError ||
    error instanceof SyntaxError
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The reference to the object that holds an item's data, an attribute beside the data's own: no data can pass for it.
 *
 * @throws UnreadableAttributeError
 */
function storedData(
  item: Attributes,
  name: 'inputAt' | 'outputAt' | 'errorAt' | 'eventAt',
): { dataAt?: string } {
  const reference = item[name];
  if (reference === undefined) return {};
  if (reference.S !== undefined && isDataKey(reference.S)) return { dataAt: reference.S };
  throw new UnreadableAttributeError(
    `'${name}' must be a String, the key of an object that begins with 'data/'.`,
  );
}

/** The item that starts an execution. */
export interface StartItem {
  readonly executionId: string;
  readonly machine: string;
  readonly version?: string;
  readonly input?: Json;
  /** Key of the object that holds the input, in its place. */
  readonly inputAt?: string;
  /** W3C Trace Context. */
  readonly traceparent?: string;
}

export function encodeStart(start: StartItem, expiry: number | undefined): Attributes {
  const item: Attributes = {
    executionId: { S: start.executionId },
    item: { S: sortKey.start },
    machine: { S: start.machine },
  };
  if (start.version !== undefined) item.version = { S: start.version };
  if (start.traceparent !== undefined) item.traceparent = { S: start.traceparent };
  if (start.input === undefined && start.inputAt !== undefined) item.inputAt = { S: start.inputAt };
  const whole = withExpiry(item, expiry);
  const text = textAttributes('input', start.input);
  return text ? { ...whole, ...text } : fitted(whole, 'input', start.input);
}

/** Whether two start items are the same start: machine, version and input, however the input's fields are ordered. */
export function isSameStart(a: Attributes, b: Attributes): boolean {
  const [first, second] = [decodeStart(a), decodeStart(b)];
  if (first.invalid !== undefined || second.invalid !== undefined) return false;
  const executionId = a.executionId?.S ?? '';
  const isStored = first.dataAt !== undefined || second.dataAt !== undefined;
  return fingerprint(first, executionId, isStored) === fingerprint(second, executionId, isStored);
}

/** Where one of two inputs is in the store, both are compared by the keys that they have, or would have there. */
function fingerprint(
  { machine, version, input, dataAt }: StartEntry,
  executionId: string,
  isStored: boolean,
): string {
  const start = [machine, version ?? null, input !== undefined || dataAt !== undefined];
  if (!isStored) return JSON.stringify([...start, canonical(input ?? null)]);
  return JSON.stringify([...start, dataAt ?? dataKey(executionId, JSON.stringify(canonical(input ?? null)))]);
}

/** The value with the keys of its objects in one order. */
export function canonical(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => canonical(item) ?? null);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, canonical(field)]));
}

export interface EventItem {
  readonly executionId: string;
  readonly eventId: string;
  readonly at: string;
  readonly content:
    | { readonly type: string; readonly event?: JsonObject; readonly eventAt?: string }
    | ControlContent;
}

export function encodeEvent(event: EventItem, expiry: number | undefined): Attributes {
  const item: Attributes = {
    executionId: { S: event.executionId },
    item: { S: sortKey.event(event.eventId) },
    at: { S: event.at },
  };
  const { content } = event;
  if ('control' in content) {
    item.control = { S: content.control };
    if (content.cause !== undefined) item.cause = { S: content.cause };
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

export interface ResultItem {
  readonly executionId: string;
  readonly task: number;
  /** Place in the list, for a list's item. */
  readonly index?: number;
  readonly attempt: number;
  /** Name of the worker: for a history to show, and for nothing else. Absent where another party gives the result. */
  readonly worker?: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly result: TaskResult;
  /** Key of the object that holds the output or the error, in its place. */
  readonly dataAt?: string;
}

export function encodeResult(result: ResultItem, expiry: number | undefined): Attributes {
  const item: Attributes = {
    executionId: { S: result.executionId },
    item: { S: sortKey.result(result) },
    ...(result.worker !== undefined && { worker: { S: result.worker } }),
    status: { S: result.result.status },
    startedAt: { S: result.startedAt },
    endedAt: { S: result.endedAt },
  };
  const { dataAt } = result;
  if (dataAt !== undefined) item[result.result.status === 'FAILED' ? 'errorAt' : 'outputAt'] = { S: dataAt };
  else if (result.result.status === 'FAILED')
    item.error = jsonAttribute(thrownAsJson(result.result.error) ?? null);
  const output =
    result.result.status === 'SUCCEEDED' && dataAt === undefined ? result.result.output : undefined;
  return fitted(withExpiry(item, expiry), 'output', output);
}

/** The entry that readers of the journal get of a result: its keys are in their order, its numbers as they were stored. */
export function resultEntryOf(result: ResultItem): JournalEntry | undefined {
  return decodeJournalItem(encodeResult(result, undefined));
}

function withExpiry(item: Attributes, expiry: number | undefined): Attributes {
  if (expiry !== undefined) item[attribute.expiresAt] = { N: String(expiry) };
  return item;
}

import { thrownAsJson, thrownOfJson } from '../core/data/thrown.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { TaskResult } from '../core/execution/model/taskResult.ts';
import { type Attributes, jsonAttribute, receivedJsonOf } from './attributes.ts';
import { messageOf, storedData, withExpiry } from './itemParts.ts';
import { fitted } from './messageItems.ts';
import { receivedJson } from './orderedJson.ts';
import { attribute, sortKey } from './schema.ts';

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
  /** Its writer invokes the orchestrator with it, beside the stream. */
  readonly isNudged?: boolean;
}

export function decodeResult(key: string, item: Attributes): JournalEntry | undefined {
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
      const error =
        item.error === undefined
          ? { name: 'Error', message: `The item '${key}' has the status FAILED and no error.` }
          : thrownOfJson(receivedJsonOf(item.error, 'error'));
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

export function encodeResult(result: ResultItem, expiry: number | undefined): Attributes {
  const item: Attributes = {
    executionId: { S: result.executionId },
    item: { S: sortKey.result(result) },
    ...(result.worker !== undefined && { worker: { S: result.worker } }),
    status: { S: result.result.status },
    startedAt: { S: result.startedAt },
    endedAt: { S: result.endedAt },
  };
  if (result.isNudged) item[attribute.nudged] = { BOOL: true };
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
  return decodeResult(sortKey.result(result), encodeResult(result, undefined));
}

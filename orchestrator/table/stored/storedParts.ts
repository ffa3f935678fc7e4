import type { Json } from '../../core/data/json.ts';
import { NotSerializableError } from '../../core/data/serializable.ts';
import { thrownOfJson } from '../../core/data/thrown.ts';
import { unfetchedPatchedTask } from '../../core/execution/control/inputPatch.ts';
import type { JournalEntry } from '../../core/execution/model/entries.ts';
import type { Execution } from '../../core/execution/model/execution.ts';
import { unfetchedData, unfetchedSnapshot } from '../../core/execution/model/storedData.ts';
import { ObjectNotFoundError } from '../../store/objectStore.ts';
import { isStoredDataError, type StoredJson } from '../../store/storedJson.ts';
import { isObject } from '../attributes.ts';
import { messagesOf } from '../messageItems.ts';
import { invalidResult } from '../resultItem.ts';

/**
 * The entry with its data, as if its item had it.
 *
 * @throws StoredDataError
 */
export async function withEntryData(data: StoredJson, entry: JournalEntry): Promise<JournalEntry> {
  const key = unfetchedData(entry);
  if (key === undefined) return entry;
  try {
    return withData(
      entry,
      isFromOutside(entry) ? await data.readReceived(key, dataName(entry)) : await data.read(key),
    );
  } catch (error) {
    if (!(error instanceof NotSerializableError)) throw error;
    return withProblem(entry, error.message);
  }
}

/** The messages of a machine are as they were computed. */
function isFromOutside(entry: JournalEntry): boolean {
  return entry.kind !== 'message' && !(entry.kind === 'start' && entry.isChild);
}

function dataName(entry: JournalEntry): string {
  if (entry.kind === 'start') return 'input';
  if (entry.kind === 'result') return entry.result.status === 'SUCCEEDED' ? 'output' : 'error';
  return 'event';
}

/** The entry as it would have been read from an item with such data. */
function withProblem(entry: JournalEntry, problem: string): JournalEntry {
  switch (entry.kind) {
    case 'start':
      return { ...entry, invalid: `The start item's input cannot be read. ${problem}` };
    case 'result':
      return { ...entry, result: invalidResult(`The item '${entry.reference}' cannot be read. ${problem}`) };
    case 'event': {
      const { reference, at } = entry;
      return { kind: 'invalidEvent', reference, problem, ...(at !== undefined && { at }) };
    }
    case 'message':
    case 'control':
    case 'listUpdate':
    case 'invalidEvent':
      return entry;
  }
}

function withData(entry: JournalEntry, value: Json): JournalEntry {
  switch (entry.kind) {
    case 'start': {
      const { dataAt: _, ...rest } = entry;
      return { ...rest, input: value };
    }
    case 'result': {
      const { dataAt: _, ...rest } = entry;
      const { status } = entry.result;
      const result =
        status === 'SUCCEEDED' ? { status, output: value } : { status, error: thrownOfJson(value) };
      return { ...rest, result };
    }
    case 'event': {
      const { dataAt: _, ...rest } = entry;
      if (isObject(value)) return { ...rest, fields: value };
      const { reference, at } = rest;
      return { kind: 'invalidEvent', reference, ...(at !== undefined && { at }) };
    }
    case 'message': {
      const { dataAt: _, ...rest } = entry;
      return { ...rest, messages: messagesOf(value) ?? [] };
    }
    case 'control':
    case 'listUpdate':
    case 'invalidEvent':
      return entry;
  }
}

/**
 * The execution with its snapshot.
 *
 * @throws StoredDataError
 */
export async function withSnapshot(data: StoredJson, execution: Execution): Promise<Execution> {
  const key = unfetchedSnapshot(execution);
  return key === undefined ? execution : { ...execution, snapshot: await data.readText(key) };
}

/**
 * The execution with the input that a redrive's patch is to change.
 *
 * @throws StoredDataError
 */
export async function withPatchedTasksInput(data: StoredJson, execution: Execution): Promise<Execution> {
  const { task, inputAt } = unfetchedPatchedTask(execution) ?? {};
  if (inputAt === undefined) return execution;
  const input = await data.read(inputAt);
  return {
    ...execution,
    tasks: execution.tasks.map((open) => (open.task === task ? { ...open, input } : open)),
  };
}

/** The execution with its text, where that is available; an execution ends without it all the same. */
export async function withExecutionText(data: StoredJson, execution: Execution): Promise<Execution> {
  try {
    return await withSnapshot(data, execution);
  } catch (error) {
    if (isStoredDataError(error)) return execution;
    throw error;
  }
}

/**
 * The execution with its snapshot and its output. A commit that came after it was read deletes the state that it refers
 * to: it is then read again.
 *
 * @throws StoredDataError
 */
export async function withExecutionData(
  data: StoredJson,
  execution: Execution,
  readAgain: () => Promise<Execution | undefined>,
): Promise<Execution> {
  let current = execution;
  for (;;) {
    try {
      const { outputAt, output } = current;
      const fetched = await withSnapshot(data, current);
      if (output !== undefined || outputAt === undefined) return fetched;
      return { ...fetched, output: await data.read(outputAt) };
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
      const next = await readAgain();
      if (!next || next.version === current.version) throw error;
      current = next;
    }
  }
}

import type { JournalEntry } from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import { journalEntryOf } from '../orchestrator/core/execution/model/inlinedResult.ts';
import {
  countLogEntries,
  isJournalKind,
  journalReferences,
  type LogEntry,
  parseLog,
} from '../orchestrator/core/execution/model/log.ts';
import { InvalidCursorError } from '../orchestrator/table/cursor.ts';
import type { JournalReader, LogSegments } from '../orchestrator/table/table.ts';

/**
 * A place in a log. The part of the log that is in the execution item counts as the segment after the last: once it has
 * become one, the place is still the same.
 */
export interface LogPosition {
  readonly segment: number;
  /** Entries of the segment that come before. */
  readonly skip: number;
  /** The next entry's number, from 1. */
  readonly number: number;
}

export const logStart: LogPosition = { segment: 0, skip: 0, number: 1 };

export interface LoggedEntry {
  readonly number: number;
  readonly entry: LogEntry;
  /** The journal item that it names; absent where it names none, or that has expired. */
  readonly item: JournalEntry | undefined;
  /** Segments before it have expired: what the execution did until then is not known any more. */
  readonly isAfterGap: boolean;
  /** Where to go on after it. */
  readonly next: LogPosition;
}

/** The parts of the table that a log is read from. */
interface LogTable {
  readonly log: Pick<LogSegments, 'readSegments'>;
  readonly journal: Pick<JournalReader, 'readEntries' | 'readPage'>;
}

/** About as many entries has a segment of the log; only how much is read at a time depends on it. */
const entriesASegment = 25;

/**
 * Reads the log with the journal items that it names, in order, about `chunk` entries at a time: a long one is never whole
 * in memory.
 */
export async function* readLog(
  table: LogTable,
  execution: Execution,
  from: LogPosition,
  chunk: number,
): AsyncGenerator<LoggedEntry, void, undefined> {
  const segmentsAChunk = Math.min(Math.max(1, Math.ceil(chunk / entriesASegment)), 100);
  let { number, skip } = from;
  let isAfterGap = false;
  for (let first = from.segment; first <= execution.logSegments; first += segmentsAChunk) {
    const texts = await readSegments(table, execution, first, segmentsAChunk);
    const entries: Omit<LoggedEntry, 'item'>[] = [];
    for (const [i, text] of texts.entries()) {
      isAfterGap ||= text === undefined;
      const parsed = text === undefined ? [] : parseLog(text);
      for (let place = skip; place < parsed.length; place++) {
        const entry = parsed[place];
        if (!entry) continue;
        const next = { segment: first + i, skip: place + 1, number: number + 1 };
        entries.push({ number, entry, isAfterGap, next });
        number += 1;
        isAfterGap = false;
      }
      skip = Math.max(0, skip - parsed.length);
    }
    for (let begin = 0; begin < entries.length; begin += chunk) {
      yield* withItems(table, execution, entries.slice(begin, begin + chunk));
    }
  }
}

/** Where the entry of a number is, found by counting the entries before it. */
export async function positionOf(
  table: LogTable,
  execution: Execution,
  number: number,
): Promise<LogPosition> {
  let before = 0;
  for (let first = 0; first <= execution.logSegments; first += 100) {
    const texts = await readSegments(table, execution, first, 100);
    for (const [i, text] of texts.entries()) {
      const count = text === undefined ? 0 : countLogEntries(text);
      if (before + count >= number) return { segment: first + i, skip: number - 1 - before, number };
      before += count;
    }
  }
  return endOf(execution, before + 1);
}

/** The place after the last entry. */
export function endOf(execution: Execution, number: number): LogPosition {
  return { segment: execution.logSegments, skip: countLogEntries(execution.log), number };
}

/** Journal items that the log does not name yet. */
export async function* readPending(
  table: LogTable,
  executionId: string,
  execution: Execution | undefined,
): AsyncGenerator<JournalEntry, void, undefined> {
  const logged = new Set<string>();
  for (let first = 0; execution && first <= execution.logSegments; first += 100) {
    for (const text of await readSegments(table, execution, first, 100)) {
      for (const reference of journalReferences(text ?? '=0')) logged.add(reference);
    }
  }
  let cursor: string | undefined;
  do {
    const page = await table.journal.readPage(executionId, execution, cursor);
    yield* page.items.filter(({ reference }) => !logged.has(reference));
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function readSegments(
  table: LogTable,
  execution: Execution,
  first: number,
  count: number,
): Promise<(string | undefined)[]> {
  const { executionId, logSegments, log } = execution;
  const end = Math.min(first + count, logSegments);
  const numbers = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  const stored = numbers.length === 0 ? [] : await table.log.readSegments(executionId, numbers, execution);
  const byNumber = new Map(stored.map(({ number, text }) => [number, text]));
  const texts = numbers.map((number) => byNumber.get(number));
  return first + count > logSegments ? [...texts, log] : texts;
}

async function* withItems(
  table: LogTable,
  execution: Execution,
  entries: readonly Omit<LoggedEntry, 'item'>[],
): AsyncGenerator<LoggedEntry, void, undefined> {
  const references = entries
    .filter(({ entry }) => isJournalKind(entry.kind))
    .map(({ entry }) => entry.reference);
  const found =
    references.length === 0
      ? []
      : await table.journal.readEntries(execution.executionId, references, execution);
  const items = new Map(found.map((item) => [item.reference, item]));
  for (const each of entries) {
    yield { ...each, item: journalEntryOf(each.entry, items) };
  }
}

/** A place in a history: in the log, and after its end among what is pending. */
export interface HistoryPosition extends LogPosition {
  readonly pending: number;
}

export function encodePosition({ segment, skip, number, pending }: HistoryPosition): string {
  return [segment, skip, number, pending].join('.');
}

/** @throws InvalidCursorError */
export function decodePosition(cursor: string): HistoryPosition {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(cursor);
  if (!match) throw new InvalidCursorError();
  const [segment = 0, skip = 0, number = 1, pending = 0] = match.slice(1).map(Number);
  return { segment, skip, number, pending };
}

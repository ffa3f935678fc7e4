import { hasChild } from '../core/execution/children/children.ts';
import { openTasks } from '../core/execution/lists/runningList.ts';
import { childNumber } from '../core/execution/model/addresses.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import { type Execution, hasEnded } from '../core/execution/model/execution.ts';
import { isJournalKind, journalReferences, oldestAt, parseLog } from '../core/execution/model/log.ts';
import { taskKey } from '../core/execution/model/openTask.ts';
import { noReferences, type SegmentReferences } from '../core/execution/step/segmentReferences.ts';
import type { LogSegments } from '../table/table.ts';
import type { JournalRecord } from './journalRecord.ts';

/** DynamoDB's clock and ours may differ by this much. */
const clockSkewMs = 60_000;
/** Lambda drops an invocation of the orchestrator that has waited for so long: infra/describeFunctions.ts. */
const longestNudgeMs = 60_000;

/** The verdicts in older segments of a log. */
export interface ReadSegments {
  readonly segments: SegmentReferences;
  /** The time of the oldest entry that was found, if an older segment is missing: it has expired, or was deleted. Else 0. */
  readonly knownSince: number;
}

/** Reads which entries of its journal an execution has applied, where the execution itself does not show it. */
export class AppliedEntries {
  readonly #log: Pick<LogSegments, 'readSegment'>;

  constructor(log: Pick<LogSegments, 'readSegment'>) {
    this.#log = log;
  }

  /** The references in older segments of the log, where the records are old enough to be in them. */
  async segmentsFor(execution: Execution, records: readonly JournalRecord[]): Promise<SegmentReferences> {
    if (execution.logSegments === 0) return noReferences;
    const open = openKeys(execution);
    const inItem = new Set(journalReferences(execution.log));
    const sought = records.filter(
      ({ entry }) => !isOpen(execution, open, entry) && !inItem.has(entry.reference),
    );
    if (sought.length === 0) return noReferences;
    const backTo = Math.min(...sought.map(({ createdAt }) => createdAt)) - clockSkewMs;
    const references = sought.map(({ entry }) => entry.reference);
    return (await this.segmentsBackTo(execution, backTo, references)).segments;
  }

  /**
   * References in the segments that reach back to a time, the newest segment first.
   *
   * @param sought ends the search as soon as all of them are found
   */
  async segmentsBackTo(
    execution: Execution,
    backTo: number,
    sought?: readonly string[],
  ): Promise<ReadSegments> {
    const named = new Set<string>();
    const ended = new Set<string>();
    const segments = { named, ended };
    let oldest = oldestAt(execution.log);
    for (let number = execution.logSegments - 1; number >= 0 && oldest >= backTo; number--) {
      const text = await this.#log.readSegment(execution.executionId, number);
      if (text === undefined) return { segments, knownSince: oldest };
      for (const { kind, reference, verdict } of parseLog(text).reverse()) {
        if (!isJournalKind(kind) || named.has(reference)) continue;
        named.add(reference);
        if (verdict.type === 'ignored' && verdict.reason === 'Ended') ended.add(reference);
      }
      if (sought?.every((reference) => named.has(reference))) break;
      oldest = oldestAt(text);
    }
    return { segments, knownSince: 0 };
  }
}

/** Whether the execution alone shows that the item was not applied to it. */
export function isNew(execution: Execution, entry: JournalEntry, now: number): boolean {
  if (entry.kind === 'result') return entry.index === undefined && openKeys(execution).has(entry.reference);
  if (entry.kind !== 'event') return false;
  const log = parseLog(execution.log);
  if (log.some(({ reference }) => reference === entry.reference)) return false;
  if (execution.logSegments === 0) return true;
  const writtenSince = Math.min(writtenAt(entry), now - longestNudgeMs) - clockSkewMs;
  return (log[0]?.at ?? now) < writtenSince;
}

/** Those that the log does not name, and those that are to be taken although it does. */
export function unlogged(
  execution: Execution,
  entries: readonly JournalEntry[],
  segments: SegmentReferences,
): JournalEntry[] {
  const logged = new Set(journalReferences(execution.log));
  const open = openKeys(execution);
  const isAgain = (entry: JournalEntry) =>
    execution.waiting !== undefined || (entry.kind === 'result' && open.has(entry.reference));
  return entries.filter(
    (entry) => isAgain(entry) || !(logged.has(entry.reference) || segments.named.has(entry.reference)),
  );
}

/**
 * Without those that may have been applied, because the part of the log that would name them is gone: to apply an entry twice
 * would be worse than not at all.
 */
export function withoutLost(
  execution: Execution,
  entries: readonly JournalEntry[],
  { segments, knownSince }: ReadSegments,
): JournalEntry[] {
  const open = openKeys(execution);
  const isLost = (entry: JournalEntry) =>
    knownSince > 0 && !isOpen(execution, open, entry) && writtenAt(entry) < knownSince + clockSkewMs;
  return entries.filter((entry) => segments.named.has(entry.reference) || !isLost(entry));
}

function openKeys(execution: Execution): ReadonlySet<string> {
  return new Set(openTasks(execution).map(taskKey));
}

/**
 * Whether the execution itself shows, without its log, that it has not taken the entry. For an ended one, only the
 * log does.
 */
function isOpen(execution: Execution, open: ReadonlySet<string>, entry: JournalEntry): boolean {
  if (hasEnded(execution.status)) return false;
  if (entry.kind === 'message') return isNumbered(execution, entry.sender);
  return entry.kind === 'result' && open.has(entry.reference);
}

/** 0 where its writer does not say. */
function writtenAt(entry: JournalEntry): number {
  const time = entry.kind === 'start' ? Number.NaN : Date.parse(entry.at ?? '');
  return Number.isNaN(time) ? 0 : time;
}

/** Whether the numbers of a sender's messages show which of them were applied. */
function isNumbered(execution: Execution, sender: string): boolean {
  const task = childNumber(sender, execution.executionId);
  return task === undefined || hasChild(execution, task);
}

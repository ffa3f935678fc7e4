import { ownProperty } from '../core/data/ownProperty.ts';
import { hasChild } from '../core/execution/children/children.ts';
import { type ItemResults, itemResultsOf } from '../core/execution/lists/itemResults.ts';
import { openTasks, type RunningList } from '../core/execution/lists/runningList.ts';
import { childNumber } from '../core/execution/model/addresses.ts';
import { inJournalOrder, type JournalEntry, withMessagesInOrder } from '../core/execution/model/entries.ts';
import { type Execution, hasEnded } from '../core/execution/model/execution.ts';
import { taskKey } from '../core/execution/model/openTask.ts';
import type { AdvanceInput } from '../core/execution/step/advance.types.ts';
import { noReferences } from '../core/execution/step/segmentReferences.ts';
import type { SeenBeats } from '../core/execution/tasks/seenBeat.ts';
import { nextDueOf } from '../core/execution/tasks/tasks.ts';
import { readListResults } from '../table/listResults.ts';
import { seenBeatOf } from '../table/liveness.ts';
import type { Table } from '../table/table.ts';
import { AppliedEntries, isNew, unlogged, withoutLost } from './appliedEntries.ts';
import type { JournalRecord } from './journalRecord.ts';

/** From an operator, or from the parent. */
function isStop(entry: JournalEntry): boolean {
  if (entry.kind === 'message') return entry.messages.some(({ type }) => type === 'stop');
  return entry.kind === 'control' && entry.control === 'stop';
}

/** From the parent. */
function isRedrive(entry: JournalEntry): boolean {
  return entry.kind === 'message' && entry.messages.some(({ type }) => type === 'redrive');
}

/** Reads from the journal and the log what a step has to know beside the execution: as little as will do. */
export class JournalReader {
  readonly #table: Table;
  readonly #applied: AppliedEntries;

  constructor(table: Table) {
    this.#table = table;
    this.#applied = new AppliedEntries(table.log);
  }

  /** For a first commit: events can be written, and results delivered, before the start is known here. */
  async withStartAndEvents(executionId: string, entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    const start =
      entries.find((entry) => entry.kind === 'start') ?? (await this.#table.journal.readStart(executionId));
    // Without a start the items are left for the start to find.
    if (!start) return [];
    const known = new Set(entries.map((entry) => entry.reference));
    const events = (await this.#table.journal.readEvents(executionId)).filter(
      (event) => !known.has(event.reference),
    );
    const rest = entries.filter((entry) => entry.kind !== 'start');
    return [start, ...inJournalOrder([...events, ...rest])];
  }

  /**
   * Messages of one sender are applied in its order. The sender wrote each after those before it, so where the stream
   * brings a later one first, the others are in the journal.
   */
  async withEarlierMessages(
    executionId: string,
    execution: Execution | undefined,
    entries: readonly JournalEntry[],
  ): Promise<JournalEntry[]> {
    // An ended execution takes nothing but a redrive, which then reads the whole journal.
    if (execution && hasEnded(execution.status) && !entries.some(isRedrive)) return [...entries];
    const earlier: JournalEntry[] = [];
    for (const [sender, numbers] of messageNumbers(entries)) {
      const task = childNumber(sender, executionId);
      // Messages of a child that has ended are not applied any more.
      if (execution && task !== undefined && !hasChild(execution, task)) continue;
      const missing: number[] = [];
      for (
        let number = (ownProperty(execution?.received, sender) ?? 0) + 1;
        number < Math.max(...numbers);
        number++
      ) {
        if (!numbers.has(number)) missing.push(number);
      }
      if (missing.length > 0)
        earlier.push(...(await this.#table.journal.readMessages(executionId, sender, missing)));
    }
    // Nothing comes before the start.
    const starts = entries.filter((entry) => entry.kind === 'start');
    const rest = entries.filter((entry) => entry.kind !== 'start');
    return [...starts, ...withMessagesInOrder([...earlier, ...rest])];
  }

  /** The input to apply records: for an execution that waits and is stopped, all that it has left lying. */
  async recordsInput(
    execution: Execution | undefined,
    entries: readonly JournalEntry[],
    records: readonly JournalRecord[],
  ): Promise<Pick<AdvanceInput, 'entries' | 'segments' | 'isWholeJournal'>> {
    if (!execution) return { entries };
    if (waits(execution) && entries.some(isStop)) return this.#wholeJournal(execution);
    // The entries that were read beside the records may be older than they are.
    const isMore = hasEnded(execution.status) && entries.length > records.length;
    const segments = isMore
      ? (await this.#applied.segmentsBackTo(execution, 0)).segments
      : await this.#applied.segmentsFor(execution, records);
    return { entries, segments };
  }

  /**
   * The input to apply an item of a nudge to an execution that was just read. Undefined where the step is
   * better left to the stream, which brings the item later: where it takes more than the execution to decide it.
   *
   * @param cause of the tasks that the step opens: the delivery of the item is another
   */
  nudgeInput(
    execution: Execution,
    entry: JournalEntry,
    cause: string,
    now: number,
  ): AdvanceInput | undefined {
    if (execution.status !== 'RUNNING' || execution.waiting || execution.outbox) return undefined;
    if (!isNew(execution, entry, now)) return undefined;
    return { executionId: execution.executionId, execution, entries: [entry], delivered: [cause], now };
  }

  /**
   * The input for a wake that the clock found due: its timers are in the execution, results of overdue tasks may be
   * in the journal.
   */
  async wakeInput(execution: Execution, wakeId: string, now: number): Promise<AdvanceInput> {
    const { executionId } = execution;
    const common = { executionId, execution, wakeId, now, delivered: [] };
    const at = Math.max(now, execution.updatedAt);
    const beats = await this.#beats(execution, at);
    if (execution.waiting) return { ...common, beats, ...(await this.#wholeJournal(execution)) };
    const overdue = openTasks(execution).filter((task) => {
      const due = nextDueOf(task);
      return due !== undefined && due.type !== 'dispatch' && due.at <= at;
    });
    const entries = overdue.length === 0 ? [] : await this.#table.journal.readResults(executionId, overdue);
    return { ...common, beats, entries };
  }

  /** The beats of tasks whose workers must have given a sign of life by now. */
  async #beats(execution: Execution, at: number): Promise<SeenBeats> {
    const due = openTasks(execution).filter(
      ({ dispatchAt, heartbeatAt, startBy }) =>
        dispatchAt === undefined &&
        Math.min(heartbeatAt ?? Number.POSITIVE_INFINITY, startBy ?? Number.POSITIVE_INFINITY) <= at,
    );
    const beats = due.length === 0 ? [] : await this.#table.attempts.readBeats(execution.executionId, due);
    return new Map(beats.map((beat) => [taskKey(beat), seenBeatOf(beat)]));
  }

  /** The results of the items of a list: those that were given, and what the journal holds. */
  async itemResults({ executionId, entries }: AdvanceInput, list: RunningList): Promise<ItemResults> {
    if (list.isDelegated) return readListResults(this.#table, executionId, list);
    const given = entries.filter((entry) => entry.kind === 'result' && entry.task === list.task);
    const stored = await this.#table.journal.readItemResults(executionId, list.task);
    return itemResultsOf([...given, ...stored].filter((entry) => entry.kind === 'result'));
  }

  /**
   * The input to apply all that an execution has not applied, as a part of it at a time where it is much. Undefined
   * where there is neither an execution nor a start.
   *
   * @param catchUpId becomes the cause of what is dispatched: the delivery of these entries, which may come yet, is another
   */
  async catchUpInput(
    executionId: string,
    execution: Execution | undefined,
    catchUpId: string,
    now: number,
  ): Promise<CatchUpPart | undefined> {
    const common = { executionId, execution, now, delivered: [catchUpId] };
    const { entries, segments } = execution
      ? await this.#wholeJournal(execution)
      : { entries: await this.#firstEntries(executionId), segments: noReferences };
    if (!execution && entries.length === 0) return undefined;
    const left = execution ? unlogged(execution, entries, segments) : entries;
    const part = { ...common, segments, entries: left };
    if (left.length > mostEntriesAtOnce && !(execution && waits(execution))) {
      const first = left.slice(0, mostEntriesAtOnce);
      return { input: { ...part, entries: first }, left: left.length, isLast: false };
    }
    // A waiting execution goes on with all of it or not at all.
    const wake =
      execution && isDue(execution, now)
        ? { wakeId: catchUpId, beats: await this.#beats(execution, Math.max(now, execution.updatedAt)) }
        : {};
    return { input: { ...part, isWholeJournal: true, ...wake }, left: left.length, isLast: true };
  }

  /** For a first commit of all that there is. An earlier execution of the id may have left what has expired. */
  async #firstEntries(executionId: string): Promise<JournalEntry[]> {
    if (!(await this.#table.journal.readStart(executionId))) return [];
    const all = await this.#table.journal.readAll(executionId);
    return this.withStartAndEvents(
      executionId,
      all.filter(({ kind }) => kind === 'result' || kind === 'message'),
    );
  }

  async #wholeJournal(execution: Execution) {
    const all = inJournalOrder(await this.#table.journal.readAll(execution.executionId));
    const read = await this.#applied.segmentsBackTo(execution, 0);
    return { entries: withoutLost(execution, all, read), segments: read.segments, isWholeJournal: true };
  }
}

export interface CatchUpPart {
  readonly input: AdvanceInput;
  /** Items of the journal that were not applied when it was read. */
  readonly left: number;
  readonly isLast: boolean;
}

/** Applied in one commit: more would be too much for a log, and for a step. */
const mostEntriesAtOnce = 200;

/** Whether what comes stays in its journal for now. */
function waits({ waiting, status }: Execution): boolean {
  return waiting !== undefined || status === 'PENDING_REDRIVE' || status === 'SUSPENDED';
}

function isDue(execution: Execution, now: number): boolean {
  if (execution.status !== 'RUNNING') return false;
  const times = [execution.wakeAt, ...openTasks(execution).map((task) => nextDueOf(task)?.at)];
  return times.some((time) => time !== undefined && time <= now);
}

function messageNumbers(entries: readonly JournalEntry[]): ReadonlyMap<string, ReadonlySet<number>> {
  const numbers = new Map<string, Set<number>>();
  for (const entry of entries) {
    if (entry.kind !== 'message') continue;
    numbers.set(entry.sender, (numbers.get(entry.sender) ?? new Set()).add(entry.number));
  }
  return numbers;
}

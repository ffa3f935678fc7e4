import { childNumber } from './core/execution/addresses.ts';
import type { AdvanceInput } from './core/execution/advance.ts';
import { hasChild } from './core/execution/children.ts';
import { inJournalOrder, type JournalEntry, withMessagesInOrder } from './core/execution/entries.ts';
import { type Execution, taskKey } from './core/execution/execution.ts';
import { type FanOut, openTasks } from './core/execution/fanOut.ts';
import { type ItemResults, itemResultsOf } from './core/execution/listOutcome.ts';
import { journalReferences, parseLog } from './core/execution/log.ts';
import { nextDueOf } from './core/execution/tasks.ts';
import { readListResults } from './listResults.ts';
import type { JournalRecord } from './orchestrator.ts';
import type { Table } from './table/table.ts';

/** From an operator, or from the parent. */
function isStop(entry: JournalEntry): boolean {
  if (entry.kind === 'message') return entry.messages.some(({ type }) => type === 'stop');
  return entry.kind === 'control' && entry.control === 'stop';
}

/** DynamoDB's clock and ours may differ by this much. */
const clockSkewMs = 60_000;

/** Reads from the journal and the log what a step has to know beside the execution: as little as will do. */
export class JournalReader {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** For a first commit: events can be written, and results delivered, before the start is known here. */
  async withStartAndEvents(executionId: string, entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    const start =
      entries.find((entry) => entry.kind === 'start') ?? (await this.#table.readStart(executionId));
    // Without a start the items are left for the start to find.
    if (!start) return [];
    const known = new Set(entries.map((entry) => entry.reference));
    const events = (await this.#table.readEvents(executionId)).filter((event) => !known.has(event.reference));
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
    const earlier: JournalEntry[] = [];
    for (const [sender, numbers] of messageNumbers(entries)) {
      const task = childNumber(sender, executionId);
      // Of a child that has ended nothing is applied any more.
      if (execution && task !== undefined && !hasChild(execution, task)) continue;
      const missing: number[] = [];
      for (let number = (execution?.received?.[sender] ?? 0) + 1; number < Math.max(...numbers); number++) {
        if (!numbers.has(number)) missing.push(number);
      }
      if (missing.length > 0) earlier.push(...(await this.#table.readMessages(executionId, sender, missing)));
    }
    return withMessagesInOrder([...earlier, ...entries]);
  }

  /** What is to be known to apply records: of an execution that waits and is stopped, all that it has left lying. */
  async recordsInput(
    execution: Execution | undefined,
    entries: readonly JournalEntry[],
    records: readonly JournalRecord[],
  ): Promise<Pick<AdvanceInput, 'entries' | 'appliedBefore' | 'isWholeJournal'>> {
    if (!execution) return { entries, appliedBefore: new Set() };
    const waits =
      execution.waiting !== undefined ||
      execution.status === 'PENDING_REDRIVE' ||
      execution.status === 'SUSPENDED';
    if (waits && entries.some(isStop)) return this.#wholeJournal(execution);
    return { entries, appliedBefore: await this.#appliedBefore(execution, records) };
  }

  /** What older segments of the log name, where the records are old enough to be in them. */
  async #appliedBefore(
    execution: Execution,
    records: readonly JournalRecord[],
  ): Promise<ReadonlySet<string>> {
    if (execution.logSegments === 0) return new Set();
    const open = new Set(openTasks(execution).map(taskKey));
    const isOpen = (entry: JournalEntry) =>
      (entry.kind === 'result' && open.has(entry.reference)) ||
      (entry.kind === 'message' && isNumbered(execution, entry.sender));
    const createdAt = records.filter((record) => !isOpen(record.entry)).map((record) => record.createdAt);
    if (createdAt.length === 0) return new Set();
    return this.#segmentReferences(execution, Math.min(...createdAt) - clockSkewMs);
  }

  /** What the clock found due: its timers are in the execution, results of overdue tasks may be in the journal. */
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
    const entries = overdue.length === 0 ? [] : await this.#table.readResults(executionId, overdue);
    return { ...common, beats, entries };
  }

  /** Of tasks whose workers must have given a sign of life by now. */
  async #beats(execution: Execution, at: number): Promise<ReadonlyMap<string, number>> {
    const due = openTasks(execution).filter(
      ({ dispatchAt, heartbeatAt, startBy }) =>
        dispatchAt === undefined &&
        Math.min(heartbeatAt ?? Number.POSITIVE_INFINITY, startBy ?? Number.POSITIVE_INFINITY) <= at,
    );
    const beats = due.length === 0 ? [] : await this.#table.readBeats(execution.executionId, due);
    return new Map(beats.map((beat) => [taskKey(beat), beat.count]));
  }

  /** The results of the items of a list: those that were given, and what the journal holds. */
  async itemResults({ executionId, entries }: AdvanceInput, fanOut: FanOut): Promise<ItemResults> {
    if (fanOut.isDelegated) return readListResults(this.#table, executionId, fanOut);
    const given = entries.filter((entry) => entry.kind === 'result' && entry.task === fanOut.task);
    const stored = await this.#table.readItemResults(executionId, fanOut.task);
    return itemResultsOf([...given, ...stored].filter((entry) => entry.kind === 'result'));
  }

  async #wholeJournal(execution: Execution) {
    const entries = inJournalOrder(await this.#table.readJournal(execution.executionId));
    return { entries, appliedBefore: await this.#segmentReferences(execution, 0), isWholeJournal: true };
  }

  /** References in the segments that reach back to a time, the newest segment first. */
  async #segmentReferences(execution: Execution, backTo: number): Promise<Set<string>> {
    const references = new Set<string>();
    const oldestAt = (log: string) => parseLog(log)[0]?.at ?? 0;
    let oldest = oldestAt(execution.log);
    for (let number = execution.logSegments - 1; number >= 0 && oldest >= backTo; number--) {
      const text = await this.#table.readLogSegment(execution.executionId, number);
      if (text === undefined) break;
      for (const reference of journalReferences(text)) references.add(reference);
      oldest = oldestAt(text);
    }
    return references;
  }
}

/** Whether the numbers of what a sender sent tell what was applied of it. */
function isNumbered(execution: Execution, sender: string): boolean {
  const task = childNumber(sender, execution.executionId);
  return task === undefined || hasChild(execution, task);
}

function messageNumbers(entries: readonly JournalEntry[]): ReadonlyMap<string, ReadonlySet<number>> {
  const numbers = new Map<string, Set<number>>();
  for (const entry of entries) {
    if (entry.kind !== 'message') continue;
    numbers.set(entry.sender, (numbers.get(entry.sender) ?? new Set()).add(entry.number));
  }
  return numbers;
}

import type { AdvanceInput } from './core/execution/advance.ts';
import { inJournalOrder, type JournalEntry } from './core/execution/entries.ts';
import { type Execution, taskKey } from './core/execution/execution.ts';
import { openTasks } from './core/execution/fanOut.ts';
import { type ItemResults, itemResultsOf } from './core/execution/itemTasks.ts';
import { journalReferences, parseLog } from './core/execution/log.ts';
import type { JournalRecord } from './orchestrator.ts';
import type { Table } from './table/table.ts';

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

  /** What older segments of the log name, where the records are old enough to be in them. */
  async appliedBefore(execution: Execution, records: readonly JournalRecord[]): Promise<ReadonlySet<string>> {
    if (execution.logSegments === 0) return new Set();
    const open = new Set(openTasks(execution).map(taskKey));
    const isOpen = (entry: JournalEntry) => entry.kind === 'result' && open.has(entry.reference);
    const createdAt = records.filter((record) => !isOpen(record.entry)).map((record) => record.createdAt);
    if (createdAt.length === 0) return new Set();
    return this.#segmentReferences(execution, Math.min(...createdAt) - clockSkewMs);
  }

  /** What the clock found due: its timers are in the execution, results of overdue tasks may be in the journal. */
  async wakeInput(execution: Execution, wakeId: string, now: number): Promise<AdvanceInput> {
    const { executionId } = execution;
    const common = { executionId, execution, wakeId, now, delivered: [] };
    if (execution.waiting) {
      const entries = inJournalOrder(await this.#table.readJournal(executionId));
      const appliedBefore = await this.#segmentReferences(execution, 0);
      return { ...common, entries, appliedBefore, isWholeJournal: true };
    }
    const at = Math.max(now, execution.updatedAt);
    const overdue = openTasks(execution).filter((task) => (task.deadline ?? Number.POSITIVE_INFINITY) <= at);
    const entries = overdue.length === 0 ? [] : await this.#table.readResults(executionId, overdue);
    return { ...common, entries };
  }

  /** The results of the items of a list: those that were given, and what the journal holds. */
  async itemResults(input: AdvanceInput, task: number): Promise<ItemResults> {
    const given = input.entries.filter((entry) => entry.kind === 'result' && entry.task === task);
    const stored = await this.#table.readItemResults(input.executionId, task);
    const results = [...stored, ...given].flatMap((entry) => (entry.kind === 'result' ? [entry] : []));
    return itemResultsOf(results);
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

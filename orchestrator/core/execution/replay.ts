import { type Advance, type AdvanceInput, advance, deferDispatch, failExecution } from './advance.ts';
import type { JournalEntry, ResultEntry } from './entries.ts';
import { type Execution, taskKey } from './execution.ts';
import { openTasks } from './fanOut.ts';
import { type ItemResults, itemResultsOf } from './listOutcome.ts';
import type { LogEntry } from './log.ts';
import type { MachineLookup } from './machines.ts';

/** Thrown when a log names a journal item that is not there any more, or that never was. */
export class JournalIncompleteError extends Error {
  readonly code = 'JournalIncomplete';
  override readonly name = 'JournalIncompleteError';
  constructor(reference: string) {
    super(`The log names '${reference}', which is not in the journal: it has expired, or was deleted.`);
  }
}

export interface Recording {
  readonly executionId: string;
  /** The version that it started with, where its start names none. */
  readonly machineVersion?: string;
  readonly journal: readonly JournalEntry[];
  /** By task: results of lists that other executions worked on, which are in their journals. */
  readonly itemResults?: ReadonlyMap<number, ItemResults>;
  /** The whole log, older segments first. */
  readonly log: readonly LogEntry[];
}

/**
 * Invariant 2: takes the steps of a recorded execution again. Answers the execution after each entry of the log; its
 * snapshot is, byte for byte, the one that was stored then. `version` and `wakeAt` depend on which entries were committed
 * together, which the log does not say.
 *
 * @throws JournalIncompleteError
 * @throws ItemResultsNeeded for a list that other executions worked on, and whose `itemResults` are not given
 */
export function* replay(machines: MachineLookup, recording: Recording): Generator<Execution> {
  const { executionId, machineVersion } = recording;
  const itemResults = new Map([...itemResultsByTask(recording.journal), ...(recording.itemResults ?? [])]);
  const journal = new Map(
    recording.journal.map((entry) => [
      entry.reference,
      entry.kind === 'start' && machineVersion !== undefined ? { ...entry, version: machineVersion } : entry,
    ]),
  );
  let execution: Execution | undefined;
  for (const entry of recording.log) {
    const next = step(machines, journal, entry, { executionId, execution, itemResults });
    if (next?.type === 'commit') execution = next.execution;
    if (execution) yield execution;
  }
}

function step(
  machines: MachineLookup,
  journal: ReadonlyMap<string, JournalEntry>,
  entry: LogEntry,
  at: Pick<AdvanceInput, 'executionId' | 'execution' | 'itemResults'>,
): Advance | undefined {
  const input: AdvanceInput = { ...at, entries: [], now: entry.at };
  switch (entry.kind) {
    case 'start':
    case 'result':
    case 'event':
    case 'message': {
      const item = journal.get(entry.reference);
      if (!item) throw new JournalIncompleteError(entry.reference);
      return take(machines, entry, { ...input, entries: [item] });
    }
    case 'wake':
      return take(machines, entry, { ...input, wakeId: entry.reference });
    case 'deferred': {
      const task = at.execution && openTasks(at.execution).find((open) => taskKey(open) === entry.reference);
      return at.execution && task && deferDispatch(at.execution, [task], entry.at);
    }
    case 'held':
      // Taken with the entry after it.
      return undefined;
    case 'waiting':
      // While it waited nothing was applied.
      return undefined;
  }
}

function take(machines: MachineLookup, entry: LogEntry, input: AdvanceInput): Advance {
  const { verdict } = entry;
  // What a store refused cannot be found out from the journal; the log says it. An invalid start fails of itself.
  if (verdict.type === 'failed' && verdict.code === 'StateTooLarge') {
    return failExecution(input, { code: verdict.code, name: verdict.code, message: '' });
  }
  return advance(machines, { waitForMachineMs: Number.POSITIVE_INFINITY }, input);
}

function itemResultsByTask(journal: readonly JournalEntry[]): ReadonlyMap<number, ItemResults> {
  const byTask = new Map<number, ResultEntry[]>();
  for (const entry of journal) {
    if (entry.kind !== 'result' || entry.index === undefined) continue;
    const entries = byTask.get(entry.task);
    if (entries) entries.push(entry);
    else byTask.set(entry.task, [entry]);
  }
  return new Map([...byTask].map(([task, entries]) => [task, itemResultsOf(entries)]));
}

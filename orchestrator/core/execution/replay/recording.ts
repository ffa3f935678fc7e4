import type { JournalEntry } from '../model/entries.ts';
import type { Execution } from '../model/execution.ts';
import { journalEntryOf } from '../model/inlinedResult.ts';
import type { LogEntry } from '../model/log.ts';
import type { MachineLookup } from '../model/machines.ts';
import { Replay } from './replay.ts';
import type { ReplayedExecution } from './replayed.ts';

export interface Recording {
  readonly executionId: string;
  /** The version that it started with, where its start names none. */
  readonly machineVersion?: string;
  readonly itemResults?: ReplayedExecution['itemResults'];
  readonly pages?: ReplayedExecution['pages'];
  readonly journal: readonly JournalEntry[];
  /** The whole log, older segments first. */
  readonly log: readonly LogEntry[];
}

/**
 * Replays a recording that is in memory. Answers the execution after each entry of the log.
 *
 * @throws JournalIncompleteError
 * @throws ItemResultsNeeded for a list that other executions worked on, and whose `itemResults` are not given
 */
export function* replay(machines: MachineLookup, recording: Recording): Generator<Execution> {
  const { executionId, machineVersion, itemResults, pages } = recording;
  const journal = new Map(recording.journal.map((entry) => [entry.reference, entry]));
  const start = recording.journal.find((entry) => entry.kind === 'start');
  const stepper = new Replay(machines, {
    executionId,
    machine: start?.machine ?? '',
    ...(machineVersion !== undefined && { machineVersion }),
    ...(itemResults && { itemResults }),
    ...(pages && { pages }),
  });
  for (const entry of recording.log) {
    const { after } = stepper.take(entry, journalEntryOf(entry, journal));
    if (after) yield after;
  }
}

import { MillraceError } from '../../errors/millraceError.ts';
import type { OutgoingItem } from '../children/messages.ts';
import type { ItemResults } from '../lists/itemResults.ts';
import type { KnownPages } from '../lists/listItems.ts';
import type { Emission } from '../model/emission.ts';
import type { Execution } from '../model/execution.ts';
import type { LogEntry } from '../model/log.ts';
import type { ExecutionEffect } from '../step/advance.types.ts';
import type { Divergence } from './divergence.ts';

/** Thrown when a log names a journal item that is not there any more, or that never was. */
export class JournalIncompleteError extends MillraceError {
  override readonly code = 'JournalIncomplete';
  override readonly name = 'JournalIncompleteError';
  constructor(reference: string) {
    super(`The log names '${reference}', which is not in the journal: it has expired, or was deleted.`);
  }
}

export interface ReplayedExecution {
  readonly executionId: string;
  /** Id of its machine. */
  readonly machine: string;
  /** The version it stays on; without it the one that its start names, or the newest. */
  readonly machineVersion?: string;
  /**
   * By task: results of lists that other executions worked on, which are in their journals. Looked into when such a list
   * ends, so that they can be added then: see `ItemResultsNeeded`.
   */
  readonly itemResults?: ReadonlyMap<number, ItemResults>;
  /** Pages of lists that another execution has written. They can be added as `itemResults` can: see `PageNeeded`. */
  readonly pages?: KnownPages;
}

/** The results of an entry of the log, as the replay sees them. */
export interface ReplayedEntry {
  /** From 1. */
  readonly number: number;
  readonly entry: LogEntry;
  readonly before: Execution | undefined;
  readonly after: Execution | undefined;
  /** The effects to execute after the commit. */
  readonly effects: readonly ExecutionEffect[];
  /** The items that it sent to other executions. */
  readonly outgoing: readonly OutgoingItem[];
  /** The emissions that it sent to the bus. */
  readonly emitted: readonly Emission[];
  /** Ids of the transitions that the machine took, in order. */
  readonly taken: readonly string[];
  /** Set where the replay does not do what the log says: what it answers from here on is another story. */
  readonly divergence?: Divergence;
}

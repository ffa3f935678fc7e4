import type { MachineEffect } from '../../machine/index.ts';
import type { ItemList } from '../../policy/itemPages.ts';
import type { OutgoingItem } from '../children/messages.ts';
import type { ItemResults } from '../lists/itemResults.ts';
import type { KnownPages, PageAddress } from '../lists/listItems.ts';
import type { RunningList } from '../lists/runningList.ts';
import type { Emission } from '../model/emission.ts';
import type { JournalEntry } from '../model/entries.ts';
import type { Execution, ExecutionError } from '../model/execution.ts';
import type { LogLengths } from '../model/logCut.ts';
import type { OpenTask } from '../model/openTask.ts';
import type { SeenBeats } from '../tasks/seenBeat.ts';
import type { SegmentReferences } from './segmentReferences.ts';

/** The entries and the wake that an execution is to be advanced by. */
export interface AdvanceInput {
  readonly executionId: string;
  /** The execution as it was last committed; nothing before its first commit. */
  readonly execution: Execution | undefined;
  /** Journal items to apply, in this order. */
  readonly entries: readonly JournalEntry[];
  /** Set when the clock calls: the cause of what it makes due. */
  readonly wakeId?: string;
  /** With a wake: counters of the workers' signs of life, by `task#` keys, of tasks that must have given one. */
  readonly beats?: SeenBeats;
  /**
   * References of the entries that the stream delivered. An entry that was read beside them gets the first of them,
   * or the wake, as its cause: its own delivery, which comes yet, must not dispatch its tasks again. @default all
   */
  readonly delivered?: readonly string[];
  /** The entries are the whole journal: an execution that waited can go on with nothing left out. */
  readonly isWholeJournal?: boolean;
  /** The entries are taken, and the wait is not ended: a replay ends it where the log says so. */
  readonly goesOnWaiting?: boolean;
  /** The wait has ended, as the log of a replay says: also where an entry of the same commit has suspended the execution. */
  readonly hasGoneOn?: boolean;
  /** The verdicts in older segments of the log. @default nothing */
  readonly segments?: SegmentReferences;
  /** By task: results of the items of lists, where the step has asked for them. */
  readonly itemResults?: ReadonlyMap<number, ItemResults>;
  /** Pages of lists, where the step has asked for them. */
  readonly pages?: KnownPages;
  /** Why data that the step has asked for could not be fetched from the object store: the execution waits for it. */
  readonly unavailable?: ExecutionError;
  /** Its data has just been renewed. */
  readonly isRenewed?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface AdvanceLimits {
  /** How long an execution waits for its machine before it is PENDING_REDRIVE. */
  readonly waitForMachineMs: number;
  /** How long after its end an execution can be redriven. @default without end */
  readonly redrivableMs?: number;
  /** How a log without a word on it is cut. @default as this release cuts it */
  readonly logLengths?: LogLengths;
}

export type Advance =
  | {
      readonly type: 'commit';
      /** To be written while the item still has the version before. */
      readonly execution: Execution;
      readonly effects: readonly ExecutionEffect[];
      /** To be written in one transaction with the execution. */
      readonly outgoing: readonly OutgoingItem[];
      /** To be written with the execution, for the bus. */
      readonly emitted: readonly Emission[];
      /** Ids of the transitions that the machine took, in order. They are not written: a replay takes them again. */
      readonly taken: readonly string[];
      /** To be written before the execution, which has these entries in its log no more. */
      readonly segment: LogSegment | undefined;
      /** To be written before the execution, which refers to them. */
      readonly itemLists: readonly ItemList[];
      /** References that an earlier commit has applied. */
      readonly duplicates: readonly string[];
    }
  | { readonly type: 'nothing'; readonly duplicates: readonly string[] }
  /** Nothing is decided: the caller reads what is needed, and asks again with it. */
  | { readonly type: 'needs'; readonly need: Need };

/** The decision, where nothing more has to be known. */
export type Decided = Exclude<Advance, { type: 'needs' }>;

/** The data that a step needs beside its input. Closed: every reader switches over `type`. */
export type Need =
  /** The execution's state, which is in the object store. */
  | { readonly type: 'state' }
  /** Data of journal items, which is in the object store. */
  | { readonly type: 'entryData'; readonly references: readonly string[] }
  /** Input of the task that a redrive's patch changes, which is in the object store. */
  | { readonly type: 'patchedInput' }
  /**
   * The results of a list's items, with which the list is done. They are read once, so that the commits before do
   * not carry them.
   */
  | { readonly type: 'itemResults'; readonly list: RunningList }
  /** Items of a list, of which some are to be worked on now. */
  | { readonly type: 'page'; readonly address: PageAddress };

/** The effects to execute after the commit, in this order. Exhaustive: every executor switches over `type`. */
export type ExecutionEffect =
  | { readonly type: 'dispatch'; readonly task: OpenTask }
  /** Nothing waits for the task's work outside any more: its worker is to cancel the work. May be lost with its executor. */
  | { readonly type: 'cancel'; readonly task: OpenTask }
  | Extract<MachineEffect, { type: 'action' | 'log' }>;

export interface LogSegment {
  readonly number: number;
  readonly text: string;
}

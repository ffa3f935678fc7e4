import type { Json, JsonObject } from '../core/data/json.ts';
import type { OutgoingItem } from '../core/execution/children/messages.ts';
import type { Emission } from '../core/execution/model/emission.ts';
import type { ControlContent, JournalEntry } from '../core/execution/model/entries.ts';
import type { AttemptNumbers, Execution, ExecutionStatus } from '../core/execution/model/execution.ts';
import type { LogSegment } from '../core/execution/step/commitDraft.ts';
import type { ResultItem, StartItem } from './journalItems.ts';
import type { Beat, Claim, ClaimOutcome, NewBeat } from './liveness.ts';
import type { ItemOutline } from './outline.ts';
import type {
  DueExecution,
  DueRequest,
  ItemsRenewal,
  ListedExecution,
  ListRequest,
  Page,
  RenewedItems,
  ScanRequest,
} from './requests.ts';

/**
 * What Millrace asks of its table, as named operations. Reads are strongly consistent unless said otherwise, and answer
 * an item once that they are asked for twice. Every operation rejects with the store's own error when the store did not take it.
 */
export interface Table {
  readExecution(executionId: string): Promise<Execution | undefined>;
  readStart(executionId: string): Promise<JournalEntry | undefined>;
  /** Events of an execution: those that came before its start are found by its first commit. */
  readEvents(executionId: string): Promise<JournalEntry[]>;
  /** Results of the attempts that are there already. */
  readResults(executionId: string, attempts: readonly TaskAttempt[]): Promise<JournalEntry[]>;
  /** What another execution has sent to this one, by its numbers. */
  readMessages(executionId: string, sender: string, numbers: readonly number[]): Promise<JournalEntry[]>;
  /** The start, results, events and messages of an execution, in no order to rely on. */
  readJournal(executionId: string): Promise<JournalEntry[]>;
  /** Items of the journal by their references; those that are not there are left out. In no order to rely on. */
  readJournalEntries(executionId: string, references: readonly string[]): Promise<JournalEntry[]>;
  /** A part of the journal, of up to 1 MB, in no order to rely on. */
  readJournalPage(executionId: string, cursor?: string): Promise<Page<JournalEntry>>;
  /** The results of a list's items, of every attempt. */
  readItemResults(executionId: string, task: number): Promise<JournalEntry[]>;
  readItemsPage(executionId: string, page: ItemsPage): Promise<readonly Json[] | undefined>;
  readLogSegment(executionId: string, number: number): Promise<string | undefined>;
  /** Segments of the log by their numbers; those that are not there are left out. */
  readLogSegments(executionId: string, numbers: readonly number[]): Promise<LogSegment[]>;
  /** Everything in the partition that a history is made of. */
  readHistory(executionId: string): Promise<HistoryItems>;

  /**
   * Writes an execution in its new version while the stored one is still the version before; with it, in one transaction,
   * what it says to other executions. An item that is there already was sent. What the commit tells the bus is in the item
   * until the next commit, and in the stream's record of this one.
   */
  commit(
    execution: Execution,
    outgoing?: readonly OutgoingItem[],
    emitted?: readonly Emission[],
  ): Promise<CommitOutcome>;
  writeLogSegment(executionId: string, segment: LogSegment): Promise<void>;
  writeItemsPage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void>;

  insertStart(start: StartItem): Promise<InsertStartOutcome>;
  insertEvent(event: NewEvent): Promise<InsertOutcome>;
  /** Signs of life of the attempts that have given one. */
  readBeats(executionId: string, attempts: readonly TaskAttempt[]): Promise<Beat[]>;
  /** A sign of life, in place of the one before. `expiresAt` as for a result. */
  writeBeat(beat: NewBeat, expiresAt?: number): Promise<void>;
  /** The first to claim an attempt has it. `expiresAt` as for a result. */
  insertClaim(claim: Claim, expiresAt?: number): Promise<ClaimOutcome>;
  /** First result wins. `expiresAt` in seconds since the epoch; without it, by the table's retention. */
  insertResult(result: ResultItem, expiresAt?: number): Promise<InsertOutcome>;

  /** Postpones the expiry of what is in an execution's partition; of its `execution` item only where it has ended. */
  renewItems(executionId: string, renewal: ItemsRenewal): Promise<RenewedItems>;
  /** Postpones the expiry of one item to a time (ms since the epoch), or for ever. Nothing where the item is gone. */
  postponeExpiry(executionId: string, reference: string, until: number | undefined): Promise<void>;

  /**
   * Executions whose wake is due, or, given a status, all that are parked in it; earliest first. Eventually
   * consistent: what is missed is found by the next look.
   */
  listDue(request: DueRequest): Promise<Page<DueExecution>>;
  /**
   * Executions of a machine in a status: the latest first, with `since` the earliest first, RUNNING ones by next wake;
   * each within its shard of the index. A page may hold fewer than were asked for. Eventually consistent.
   */
  list(request: ListRequest): Promise<Page<ListedExecution>>;

  readStatus(executionId: string): Promise<ExecutionVersion | undefined>;
  /** What is in the partition of an execution, without its data. */
  readOutline(executionId: string): Promise<Outline>;
  /**
   * A page of everything in one of the segments that the table is read in; all items of an execution are in the same
   * segment, one after the other. Eventually consistent.
   */
  scan(request: ScanRequest): Promise<Outline & { readonly cursor?: string }>;
}

export interface ExecutionVersion {
  readonly status: ExecutionStatus;
  readonly version: number;
  /** Numbers of its children that have not ended, as far as it knows. Absent where there are none. */
  readonly children?: readonly number[];
}

export interface Outline {
  readonly items: readonly ItemOutline[];
  /** That reading them took; 0 where the store does not count. */
  readonly readUnits: number;
}

export type TaskAttempt = AttemptNumbers;

/** A page of a list that is worked on: `hash` is of the whole list. */
export interface ItemsPage {
  readonly task: number;
  readonly hash: string;
  readonly page: number;
}

export interface HistoryItems {
  readonly execution: Execution | undefined;
  readonly journal: readonly JournalEntry[];
  /** Older parts of the log, oldest first. */
  readonly segments: readonly string[];
}

export type CommitOutcome =
  /** `stored` where parts of the execution went to the object store: the same, with their keys. */
  | { readonly type: 'committed'; readonly stored?: Execution }
  /** Another commit came first; `current` is what it wrote. */
  | { readonly type: 'conflict'; readonly current: Execution | undefined }
  | { readonly type: 'tooLarge'; readonly bytes: number };

export type InsertOutcome = 'inserted' | 'exists';

export type InsertStartOutcome =
  | { readonly type: 'inserted' }
  /** The same start is there: this one is the same execution. */
  | { readonly type: 'same' }
  | { readonly type: 'different' };

export interface NewEvent {
  readonly executionId: string;
  /** Makes the event's key: a second event with the same id is the same event. */
  readonly eventId: string;
  /** ISO 8601. */
  readonly at: string;
  readonly content:
    | {
        readonly type: string;
        readonly event?: JsonObject;
        /** Key of the object that holds the fields, in their place. */
        readonly eventAt?: string;
      }
    | ControlContent;
}

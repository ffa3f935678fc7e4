import type { Json } from '../core/data/json.ts';
import type { OutgoingItem } from '../core/execution/children/messages.ts';
import type { Emission } from '../core/execution/model/emission.ts';
import type { JournalEntry, ResultEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { AttemptNumbers, OpenTask } from '../core/execution/model/openTask.ts';
import type { LogSegment } from '../core/execution/step/advance.types.ts';
import type {
  EnqueuedAttempt,
  EnqueueOutcome,
  Queue,
  QueuedAttempt,
  QueueRequest,
  TakenAttempt,
  TakeOutcome,
} from './activityQueue.ts';
import type { Beat, Claim, ClaimOutcome, NewBeat } from './liveness.ts';
import type { RegistryKey, RegistryRecord } from './registryItem.ts';
import type {
  BrowseRequest,
  CommitOutcome,
  Count,
  CountRequest,
  DueExecution,
  DueRequest,
  ExecutionVersion,
  HistoryItems,
  InsertOutcome,
  InsertSegmentOutcome,
  InsertStartOutcome,
  ItemsPage,
  ItemsRenewal,
  ListAnyRequest,
  ListedExecution,
  ListRequest,
  NewEvent,
  Outline,
  Page,
  RegistryPageRequest,
  RenewedItems,
  ScanRequest,
} from './requests.ts';
import type { ResultItem } from './resultItem.ts';
import type { Owner } from './retention.ts';
import type { StartItem } from './startItem.ts';

/**
 * The table, as named operations in parts: code that needs one part takes that part alone. Reads are
 * strongly consistent unless said otherwise, and answer an item once that they are asked for twice. Every operation rejects
 * with the store's own error when the store did not take it.
 */
export interface Table {
  readonly journal: JournalReader & JournalWriter;
  readonly executions: Executions;
  readonly log: LogSegments;
  readonly attempts: Attempts;
  readonly lists: ListPages;
  readonly expiries: Expiries;
  readonly index: ExecutionIndex;
  readonly outlines: Outlines;
  readonly registry: Registry;
}

/** The parts that workers use. */
export interface WorkerTable {
  readonly journal: Pick<JournalWriter, 'insertResult'>;
  readonly attempts: Pick<Attempts, 'writeBeat' | 'insertClaim'>;
}

/** Inputs of executions, written once: of users, of workers. */
export interface JournalWriter {
  insertStart(start: StartItem): Promise<InsertStartOutcome>;
  insertEvent(event: NewEvent): Promise<InsertOutcome>;
  /** First result wins. `expiresAt` in seconds since the epoch; without it, by the table's retention. */
  insertResult(result: ResultItem, expiresAt?: number): Promise<InsertOutcome>;
  /** The same; where the attempt has a result, answers that one. */
  insertResultOrGet(result: ResultItem, expiresAt?: number): Promise<ResultEntry | undefined>;
}

export interface JournalReader {
  /** Undefined also where it has expired: nothing begins by it any more. */
  readStart(executionId: string): Promise<JournalEntry | undefined>;
  /** Events of an execution: those that came before its start are found by its first commit. Without those that have expired. */
  readEvents(executionId: string): Promise<JournalEntry[]>;
  /** Results of the attempts that are there already. */
  readResults(executionId: string, attempts: readonly AttemptNumbers[]): Promise<JournalEntry[]>;
  /** The results of a list's items, of every attempt. */
  readItemResults(executionId: string, task: number): Promise<JournalEntry[]>;
  /** The messages that another execution has sent to this one, by its numbers. */
  readMessages(executionId: string, sender: string, numbers: readonly number[]): Promise<JournalEntry[]>;
  /**
   * The start, results, events and messages of an execution, in no order to rely on. For an execution that goes on,
   * the items that are there count, even if their expiry is over: it is about to be postponed.
   */
  readAll(executionId: string): Promise<JournalEntry[]>;
  /** Items of the journal by their references; those that do not count are left out. In no order to rely on. */
  readEntries(executionId: string, references: readonly string[], owner: Owner): Promise<JournalEntry[]>;
  /** A part of the journal, of up to 1 MB, in no order to rely on: the items that count. */
  readPage(executionId: string, owner: Owner, cursor?: string): Promise<Page<JournalEntry>>;
}

/** The `execution` items, which the orchestrator alone writes. */
export interface Executions {
  /** Undefined also where it has expired: its id is free. */
  read(executionId: string): Promise<Execution | undefined>;
  /** Eventually consistent, at half the price: it shows what was committed a while ago, and may not show what came since. */
  readEventually(executionId: string): Promise<Execution | undefined>;
  /** The input of an open task, which may be in the store. @throws StoredDataError */
  readTaskInput(task: OpenTask): Promise<Json>;
  /** Everything in the partition that a history is made of. Expired items are left out, unless the execution goes on. */
  readHistory(executionId: string): Promise<HistoryItems>;
  /**
   * Writes an execution in its new version while the stored one is still the version before; with it, in one
   * transaction, its items for other executions. An item that is there already was sent. The commit's emissions for
   * the bus are in the item until the next commit, and in the stream's record of this one.
   */
  commit(
    execution: Execution,
    outgoing?: readonly OutgoingItem[],
    emitted?: readonly Emission[],
  ): Promise<CommitOutcome>;
}

/** Older parts of the logs of executions. */
export interface LogSegments {
  readSegment(executionId: string, number: number): Promise<string | undefined>;
  /** Segments by their numbers; those that do not count are left out. */
  readSegments(executionId: string, numbers: readonly number[], owner: Owner): Promise<LogSegment[]>;
  /** Segments are written once, also where one has expired: an orchestrator with an old state may want to write another. */
  insertSegment(executionId: string, segment: LogSegment): Promise<InsertSegmentOutcome>;
  /** For a number under which something else has been left, of an execution that had the id before. */
  replaceSegment(executionId: string, segment: LogSegment): Promise<void>;
}

/** Signs of life and claims of attempts that have no result yet. */
export interface Attempts {
  /** Signs of life of the attempts that have given one. */
  readBeats(executionId: string, attempts: readonly AttemptNumbers[]): Promise<Beat[]>;
  /** A sign of life, in place of the one before. `expiresAt` as for a result. */
  writeBeat(beat: NewBeat, expiresAt?: number): Promise<void>;
  /** The first to claim an attempt has it. `expiresAt` as for a result. */
  insertClaim(claim: Claim, expiresAt?: number): Promise<ClaimOutcome>;
  /** Puts an attempt into the queue of its activity, once. `expiresAt` as for a result. */
  enqueue(attempt: EnqueuedAttempt, expiresAt?: number): Promise<EnqueueOutcome>;
  /** One worker alone takes an attempt from its queue. */
  take(attempt: TakenAttempt): Promise<TakeOutcome>;
  /** Takes an attempt whose result is not awaited out of its queue: it may be put there again. */
  withdraw(attempt: QueuedAttempt): Promise<void>;
}

/** The items of lists that executions work on, by page. */
export interface ListPages {
  readPage(executionId: string, page: ItemsPage): Promise<readonly Json[] | undefined>;
  writePage(executionId: string, page: ItemsPage, items: readonly Json[]): Promise<void>;
}

/** When items expire, of executions that need them for longer. Never earlier than before. */
export interface Expiries {
  /** Postpones the expiry of what is in a partition; of its `execution` item only where it has ended. */
  renew(executionId: string, renewal: ItemsRenewal): Promise<RenewedItems>;
  /** Postpones that of one item to a time (ms since the epoch), or for ever. Nothing where the item is gone. */
  postpone(executionId: string, reference: string, until: number | undefined): Promise<void>;
}

/** Executions by what the index has of them. Eventually consistent. */
export interface ExecutionIndex {
  /**
   * Executions whose wake is due, earliest first; or all that are parked. The next look finds those that were
   * missed.
   */
  listDue(request: DueRequest): Promise<Page<DueExecution>>;
  /**
   * Executions of a machine in a status: the latest first, with `since` the earliest first, RUNNING ones by next wake;
   * each within its shard of the index. A page may hold fewer than were asked for: executions that have expired are left
   * out.
   */
  list(request: ListRequest): Promise<Page<ListedExecution>>;
  /** Reads the index in the order that it has: by machine and status, not by time. Without those that have expired. */
  listAny(request: ListAnyRequest): Promise<Page<ListedExecution>>;
  /**
   * RUNNING executions by next wake, then the others, the latest first; over all shards. A page reads each partition of
   * the index once at most: it may hold fewer than were asked for, and still not be the last.
   */
  browse(request: BrowseRequest): Promise<Page<ListedExecution>>;
  /** Reads each partition of the index once at most. */
  count(request: CountRequest): Promise<Count>;
  /** Attempts that wait for workers of an activity. Some may have been taken already: {@link Attempts.take} decides. */
  readQueue(request: QueueRequest): Promise<Queue>;
}

/** Items without their data, for code that looks after many executions. */
export interface Outlines {
  /** Undefined also where it has expired. */
  readStatus(executionId: string): Promise<ExecutionVersion | undefined>;
  /** The items in the partition of an execution. */
  readOutline(executionId: string): Promise<Outline>;
  /**
   * A page of everything in one of the segments that the table is read in; all items of an execution are in the same
   * segment, one after the other. Eventually consistent.
   */
  scan(request: ScanRequest): Promise<Outline & { readonly cursor?: string }>;
}

/** State machines, versions, aliases and activities that the API of Step Functions has created. They are kept until it removes them. */
export interface Registry {
  /** Also a record that was removed. */
  read(key: RegistryKey): Promise<RegistryRecord | undefined>;
  /** Writes the next version of a record, from 1; `false` where it was written in the meantime. */
  write(record: RegistryRecord): Promise<boolean>;
  /** By name, without those that were removed. A page may hold fewer than were asked for. */
  list(request: RegistryPageRequest): Promise<Page<RegistryRecord>>;
}

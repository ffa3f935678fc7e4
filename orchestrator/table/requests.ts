import type { JsonObject } from '../core/data/json.ts';
import type { ControlContent, JournalEntry, ListUpdateContent } from '../core/execution/model/entries.ts';
import type { Execution, ExecutionStatus } from '../core/execution/model/execution.ts';
import type { ItemOutline } from './outline.ts';
import type { RegistryKind } from './registryItem.ts';
import type { ParkedStatus } from './schema.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent at the end. Opaque. */
  readonly cursor?: string;
}

/**
 * The items of an execution's partition that expire before `before` are to expire `until` then. Milliseconds since
 * the epoch.
 */
export interface ItemsRenewal {
  readonly before: number;
  readonly until: number;
  /** Items at most. */
  readonly limit: number;
}

export interface RenewedItems {
  /** Items whose expiry was postponed; as many as the limit: there may be more. */
  readonly count: number;
  /** The executions whose messages are in the partition, as far as it was read. */
  readonly senders: readonly string[];
}

export interface DueRequest {
  readonly shard: number;
  /** Not those that are due, but those that stand still in this status. */
  readonly parked?: ParkedStatus;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface DueExecution {
  readonly executionId: string;
  readonly wakeAt: number;
}

export interface ListRequest {
  readonly machine: string;
  readonly status: ExecutionStatus;
  readonly limit: number;
  readonly cursor?: string;
  /** Only those that entered the status at or after this time (ms since the epoch). Not for RUNNING. */
  readonly since?: number;
}

/** Executions of any machine in any status. */
export interface ListAnyRequest {
  /** @default every machine */
  readonly machine?: string;
  /** @default every status */
  readonly status?: ExecutionStatus;
  readonly limit: number;
  readonly cursor?: string;
}

/** Executions of many machines and statuses, as an operator looks through them. */
export interface BrowseRequest {
  /** Ended executions are listed by machine: those of these machines. */
  readonly machines: readonly string[];
  /** RUNNING, SUSPENDED and PENDING_REDRIVE executions of other machines too. @default false */
  readonly includesOtherMachines?: boolean;
  readonly statuses: readonly ExecutionStatus[];
  /** Only those whose ids begin with it. */
  readonly idPrefix?: string;
  /** Only those that entered their status at or after this time; RUNNING: started then. Milliseconds since the epoch. */
  readonly since?: number;
  /** Only those that entered their status at or before this time; RUNNING: started then. */
  readonly until?: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface CountRequest extends Pick<BrowseRequest, 'machines' | 'includesOtherMachines'> {
  readonly status: ExecutionStatus;
  /** Stops after about as many: counting reads what it counts. */
  readonly atMost: number;
}

export interface Count {
  readonly count: number;
  /** There are more than were counted. */
  readonly isPartial: boolean;
}

export interface ListedExecution {
  readonly executionId: string;
  readonly machine: string;
  readonly status: ExecutionStatus;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601: when it entered its status. Absent while RUNNING. */
  readonly endedAt?: string;
}

export interface ScanRequest {
  /** From 0. */
  readonly segment: number;
  readonly segments: number;
  /** Items that are read at most. @default as many as the store reads at once */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ExecutionVersion {
  readonly status: ExecutionStatus;
  readonly version: number;
  /** Numbers of its children that have not ended, as far as it knows. Absent where there are none. */
  readonly children?: readonly number[];
}

export interface Outline {
  readonly items: readonly ItemOutline[];
  /** The read units that reading them took; 0 where the store does not count. */
  readonly readUnits: number;
}

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

export type InsertSegmentOutcome =
  | { readonly type: 'inserted' }
  /** A segment of the number is there, with this text. */
  | { readonly type: 'exists'; readonly text: string };

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
    | ControlContent
    | ListUpdateContent;
  /** Its writer invokes the orchestrator with it, beside the stream. */
  readonly isNudged?: boolean;
}

export interface RegistryPageRequest {
  readonly kind: RegistryKind;
  /** Only names that begin with it. */
  readonly prefix?: string;
  /** The `cursor` of the page before. */
  readonly after?: string;
  /** @default false */
  readonly isDescending?: boolean;
  readonly limit: number;
}

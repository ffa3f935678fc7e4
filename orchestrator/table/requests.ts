import type { ExecutionStatus } from '../core/execution/model/execution.ts';
import type { ParkedStatus } from './schema.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent at the end. Opaque. */
  readonly cursor?: string;
}

/** What of an execution's partition expires before `before` is to expire `until` then. Milliseconds since the epoch. */
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

/** What `millrace doctor` looks for. */
export const findingKinds = [
  /** There is a start, and no execution of it. */
  'notStarted',
  /** Items of its journal are neither applied nor recorded as ignored. */
  'unapplied',
  /** A time it waits for has passed: a timer, a deadline, a retry, its own timeout. */
  'overdue',
  /** The same of one that waits for its machine, or for stored data: it should have looked again. */
  'stuckWaiting',
  /** It still has messages for other executions. */
  'undelivered',
  /** A task has been put off again and again: its function has no capacity. */
  'undeliverable',
  /** A child goes on whose parent has ended, is gone, or does not know it. */
  'orphaned',
  /** It waits for a child that has ended or does not exist, and its journal does not say so. */
  'childLost',
  /** A part of its log is gone before its time. */
  'logIncomplete',
  /** Its `execution` item is not what an orchestrator writes. */
  'unreadable',
] as const;

export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly executionId: string;
  /** One sentence. */
  readonly detail: string;
  /** Sort keys of the journal items that it is about. */
  readonly references?: readonly string[];
  /** ISO 8601: what it is overdue since. */
  readonly since?: string;
}

/** Whether a catch-up of the execution can repair it. */
export function isMendable(kind: FindingKind): boolean {
  switch (kind) {
    case 'notStarted':
    case 'unapplied':
    case 'overdue':
    case 'stuckWaiting':
    case 'undelivered':
    case 'undeliverable':
      return true;
    case 'orphaned':
    case 'childLost':
    case 'logIncomplete':
    case 'unreadable':
      return false;
  }
}

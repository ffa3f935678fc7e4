import type {
  ExecutionOutline,
  ItemOutline,
  JournalOutline,
  LogSegmentOutline,
} from '../../orchestrator/table/outline.ts';

/** All items of one execution, without their data. */
export interface Partition {
  readonly executionId: string;
  readonly execution: ExecutionOutline | undefined;
  readonly isUnreadable: boolean;
  readonly journal: readonly JournalOutline[];
  readonly segments: readonly LogSegmentOutline[];
}

export function partitionOf(executionId: string, items: readonly ItemOutline[]): Partition {
  return {
    executionId,
    execution: items.find((item) => item.type === 'execution'),
    isUnreadable: items.some(({ type }) => type === 'unreadable'),
    journal: items.filter((item) => item.type === 'journal'),
    segments: items.filter((item) => item.type === 'logSegment'),
  };
}

/** Id of the execution's machine: of one that has not begun, the one that its start names. */
export function machineOf({ execution, journal }: Partition): string | undefined {
  return execution?.machine ?? journal.find(({ machine }) => machine !== undefined)?.machine;
}

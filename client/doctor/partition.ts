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

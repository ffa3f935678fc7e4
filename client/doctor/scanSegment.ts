import type { ItemOutline } from '../../orchestrator/table/outline.ts';
import type { ScanRequest } from '../../orchestrator/table/requests.ts';
import type { Outlines } from '../../orchestrator/table/table.ts';
import { type Partition, partitionOf } from './partition.ts';

/** Executions that were read whole. */
export interface Batch {
  readonly segment: number;
  readonly partitions: readonly Partition[];
  readonly readUnits: number;
  /** Where to go on when these are done with. Absent: at the beginning, still. Null: there are no more. */
  readonly resumeAt: string | undefined | null;
}

/** A segment of the table, page by page. Items of one execution follow each other, be it over several pages. */
export async function* scanSegment(
  outlines: Pick<Outlines, 'scan'>,
  { cursor: from, ...request }: ScanRequest,
): AsyncGenerator<Batch, void, undefined> {
  const { segment } = request;
  let held: ItemOutline[] = [];
  let heldFrom = from;
  let cursor = from;
  do {
    const page = await outlines.scan({ ...request, ...(cursor !== undefined && { cursor }) });
    const all = [...held, ...page.items];
    const last = page.cursor === undefined ? undefined : all.at(-1)?.executionId;
    const whole = all.filter(({ executionId }) => executionId !== last);
    // The execution that is held may have begun a page before, or long before that.
    if (whole.length > 0 || held.length === 0) heldFrom = cursor;
    held = all.filter(({ executionId }) => executionId === last);
    cursor = page.cursor;
    const resumeAt = cursor === undefined ? null : held.length > 0 ? heldFrom : cursor;
    yield { segment, partitions: partitionsOf(whole), readUnits: page.readUnits, resumeAt };
  } while (cursor !== undefined);
}

function partitionsOf(items: readonly ItemOutline[]): Partition[] {
  const groups = new Map<string, ItemOutline[]>();
  for (const item of items) {
    const group = groups.get(item.executionId);
    if (group) group.push(item);
    else groups.set(item.executionId, [item]);
  }
  return [...groups].map(([executionId, group]) => partitionOf(executionId, group));
}

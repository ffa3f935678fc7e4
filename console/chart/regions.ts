import type { Box, Drawing } from './drawing.ts';
import type { RegionRows } from './elkGraph.ts';
import type { NodeId } from './model.ts';
import type { Block } from './parts.ts';

/** The widest drawing that a page shows as it is. */
export const widest = 1240;

const gap = 28;

/** Rows for the regions of parallel states that make the drawing too wide: about equal, in the order of the source. */
export function rowsWhereTooWide({ nodes, width }: Drawing): RegionRows {
  const rows = new Map<NodeId, readonly number[]>();
  if (width <= widest) return rows;
  const boxes = new Map(nodes.map(({ id, box }) => [id, box]));
  for (const { id, kind, children, box } of nodes) {
    if (kind !== 'parallel' || children.length < 2) continue;
    const widths = children.map((child) => boxes.get(child)?.width ?? 0);
    const total = widths.reduce((sum, each) => sum + each + gap, 0);
    // The part of the width that is outside of it stays.
    const room = Math.max(300, widest - 40 - Math.max(0, width - box.width));
    const count = Math.ceil(total / room);
    if (count > 1) rows.set(id, rowsOf(widths, total / count));
  }
  return rows;
}

function rowsOf(widths: readonly number[], target: number): readonly number[] {
  let row = 0;
  let used = 0;
  return widths.map((width) => {
    if (used > 0 && used + width / 2 > target) {
      row++;
      used = 0;
    }
    used += width + gap;
    return row;
  });
}

/** Regions of one row have their lower borders in line, too. */
export function evenRegions(
  blocks: readonly Block[],
  boxes: ReadonlyMap<NodeId, Box>,
  regionRows: RegionRows,
): ReadonlyMap<NodeId, Box> {
  const even = new Map(boxes);
  const regions = new Set(blocks.filter(({ isRegion }) => isRegion).map(({ id }) => id));
  for (const { id, kind, children } of blocks) {
    if (kind !== 'parallel') continue;
    const rows = regionRows.get(id) ?? children.map(() => 0);
    for (const row of new Set(rows)) {
      const inRow = children.filter((child, place) => rows[place] === row && regions.has(child));
      const bottom = Math.max(...inRow.map((child) => bottomOf(even.get(child))));
      for (const child of inRow) {
        const box = even.get(child);
        if (box) even.set(child, { ...box, height: bottom - box.y });
      }
    }
  }
  return even;
}

function bottomOf(box: Box | undefined): number {
  return box ? box.y + box.height : 0;
}

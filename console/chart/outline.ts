import type { Box, Drawing } from './drawing.ts';
import type { NodeId } from './model.ts';
import { type Block, type BlockRow, type Contents, type Link, measures } from './parts.ts';
import { placedBlock, placedLink } from './placed.ts';
import { sizedText } from './textWidths.ts';

const indent = 24;
const gap = 10;

/** The states below one another, each with its transitions as rows: for charts that no layout copes with. It takes no time. */
export function outlineOf({ blocks, links, root }: Contents): Drawing {
  const shown = blocks
    .filter(({ kind }) => kind !== 'initial')
    .map((block) => withRows(block, blocks, links));
  const byId = new Map(shown.map((block) => [block.id, block]));
  const boxes = new Map<NodeId, Box>();
  const place = (id: NodeId, x: number, y: number): Box => {
    const block = byId.get(id);
    if (!block) return { x, y, width: 0, height: 0 };
    let bottom = y + block.header;
    let right = x + block.width;
    for (const child of block.children) {
      const box = place(child, x + indent, bottom + gap);
      bottom = box.y + box.height;
      right = Math.max(right, box.x + box.width + gap);
    }
    const height = bottom - y + (block.children.length > 0 ? gap : 0);
    const box = { x, y, width: right - x, height };
    boxes.set(id, box);
    return box;
  };
  const { width, height } = place(root, 8, 8);
  return {
    width: Math.ceil(width + 16),
    height: Math.ceil(height + 16),
    layout: 'outline',
    nodes: shown.flatMap((block) => {
      const box = boxes.get(block.id);
      return box ? [placedBlock(block, box)] : [];
    }),
    edges: links
      .filter(({ tone }) => tone !== 'initial')
      .map((link) => placedLink({ ...link, lines: [] }, undefined, false)),
  };
}

function withRows(block: Block, blocks: readonly Block[], links: readonly Link[]): Block {
  const names = new Map(blocks.map(({ id, title }) => [id, title.text]));
  const rows = links
    .filter(({ source }) => source === block.id)
    .map(({ lines, target, edges, tone }): BlockRow => {
      const words = lines.map(({ text }) => text.text).join(', ') || 'done';
      return {
        kind: 'descend',
        text: sizedText(`${words} → ${names.get(target)}`, 'row', 2 * measures.widestRow),
        tone,
        edges,
        targets: [target],
      };
    });
  const all = [...block.rows, ...rows];
  const { rowText, padding, titleHeight, rowHeight } = measures;
  return {
    ...block,
    children: block.children.filter((child) => !child.endsWith('::initial')),
    rows: all,
    width: Math.max(block.width, ...rows.map(({ text }) => Math.ceil(rowText + text.width + padding))),
    header:
      all.length > 0 && block.kind !== 'history' ? titleHeight + all.length * rowHeight + 7 : block.header,
  };
}

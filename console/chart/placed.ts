import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { iconWidth } from './contents.ts';
import type {
  Box,
  Drawing,
  DrawnEdge,
  DrawnNode,
  DrawnRow,
  DrawnText,
  LayoutQuality,
  Point,
} from './drawing.ts';
import type { LayoutGraph, RegionRows } from './elkGraph.ts';
import { type Block, type BlockRow, type Contents, type Link, measures } from './parts.ts';
import { evenRegions } from './regions.ts';
import type { SizedText } from './textWidths.ts';

/** The drawing of what ELK has laid out. */
export function placed(
  contents: Contents,
  { reversed }: LayoutGraph,
  result: ElkNode,
  { layout, regionRows }: { readonly layout: LayoutQuality; readonly regionRows: RegionRows },
): Drawing {
  const boxes = new Map<string, Box>();
  const edges = new Map<string, ElkExtendedEdge>();
  const visit = (node: ElkNode) => {
    boxes.set(node.id, boxOf(node));
    for (const edge of node.edges ?? []) edges.set(edge.id, edge);
    for (const child of node.children ?? []) visit(child);
  };
  visit(result);
  const even = evenRegions(contents.blocks, boxes, regionRows);
  return {
    width: Math.ceil(result.width ?? 0),
    height: Math.ceil(result.height ?? 0),
    layout,
    nodes: contents.blocks.map((block) => placedBlock(block, even.get(block.id) ?? boxOf({}))),
    edges: contents.links.map((link) => placedLink(link, edges.get(link.id), reversed.has(link.id))),
  };
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

/** To a tenth of a pixel, so that the same drawing has the same bytes. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Between a title and the note beside it. */
const noteGap = 8;

export function placedBlock(block: Block, box: Box): DrawnNode {
  const { id, kind, parent, children, header, isRegion, title, note } = block;
  const { padding } = measures;
  const words = title.width + (note ? noteGap + note.width : 0);
  // Words that stand alone are in the middle; those above rows or states begin where these do.
  const isAlone = children.length === 0 && block.rows.length === 0;
  const titleX = box.x + (isAlone ? (box.width - words) / 2 : padding + (kind === 'final' ? 2 : 0));
  const baseline = box.y + (kind === 'history' ? 17 : 19);
  return {
    id,
    kind,
    ...(parent !== undefined && { parent }),
    children,
    box,
    header,
    isRegion,
    title: drawnText(title, titleX, baseline),
    ...(note && { note: drawnText(note, titleX + title.width + noteGap, baseline) }),
    rows: block.rows.map((row, place) => placedRow(row, box, place)),
  };
}

function placedRow({ kind, text, tone, edges, targets }: BlockRow, { x, y }: Box, place: number): DrawnRow {
  const { padding, rowHeight, rowText, titleHeight } = measures;
  const top = y + titleHeight + 4 + place * rowHeight;
  return {
    kind,
    icon: { x: round(x + padding), y: round(top + 1) },
    text: drawnText(text, x + rowText, top + 11),
    tone,
    edges,
    targets,
  };
}

function drawnText({ text, width, font, full }: SizedText, x: number, y: number): DrawnText {
  return { text, x: round(x), y: round(y), width, font, ...(full !== undefined && { full }) };
}

/** A link without a place, where it has none in this drawing. */
export function placedLink(link: Link, edge: ElkExtendedEdge | undefined, isReversed: boolean): DrawnEdge {
  const { id, source, target, tone, edges } = link;
  const points = pointsOf(edge);
  const box = edge?.labels?.[0];
  const label = box ? boxOf(box) : undefined;
  return {
    id,
    source,
    target,
    tone,
    edges,
    points: isReversed ? points.toReversed() : points,
    ...(label && { label }),
    lines: link.lines.map(({ text, tone, edge }, place) => {
      const { labelPadding, lineHeight, icon } = measures;
      const x = (label?.x ?? 0) + labelPadding;
      const y = (label?.y ?? 0) + place * lineHeight;
      return {
        text: drawnText(text, x + iconWidth(tone), y + 12),
        ...(iconWidth(tone) > 0 && { icon: { x: round(x), y: round(y + 13 - icon + 1) } }),
        tone,
        edge,
      };
    }),
  };
}

function pointsOf(edge: ElkExtendedEdge | undefined): readonly Point[] {
  return (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) })),
  );
}

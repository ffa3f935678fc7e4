import type { RowKind } from './drawing.ts';
import { linksAndRows } from './links.ts';
import type { ChartModel, ChartNode, NodeId, Tone } from './model.ts';
import { type Block, type BlockRow, type Contents, type Link, measures } from './parts.ts';
import { sizedText } from './textWidths.ts';

export function contentsOf(model: ChartModel): Contents {
  const { links, rows } = linksAndRows(model);
  const kinds = new Map(model.nodes.map((node) => [node.id, node.kind]));
  const blocks: Block[] = [];
  const entries: Link[] = [];
  for (const node of model.nodes) {
    const isRegion =
      node.parent !== undefined && kinds.get(node.parent) === 'parallel' && node.kind !== 'history';
    const block = blockOf(node, rows.get(node.id) ?? [], isRegion);
    if (node.initial === undefined) {
      blocks.push(block);
      continue;
    }
    const dot = initialId(node.id);
    blocks.push({ ...block, children: [dot, ...block.children] }, dotOf(dot, node.id));
    const tone = 'initial';
    entries.push({
      id: `${dot}>${node.initial}`,
      source: dot,
      target: node.initial,
      tone,
      lines: [],
      edges: [],
    });
  }
  return { root: model.root, blocks, links: [...entries, ...links] };
}

export function initialId(parent: NodeId): NodeId {
  return `${parent}::initial`;
}

function dotOf(id: NodeId, parent: NodeId): Block {
  const title = sizedText('', 'title', 0);
  const size = measures.initial;
  return {
    id,
    kind: 'initial',
    parent,
    children: [],
    title,
    rows: [],
    width: size,
    header: size,
    isRegion: false,
  };
}

function blockOf(node: ChartNode, transitions: readonly BlockRow[], isRegion: boolean): Block {
  const { id, kind, parent, children } = node;
  const common = { id, kind, ...(parent !== undefined && { parent }), children, isRegion };
  if (kind === 'history') {
    const title = sizedText(node.history === 'deep' ? 'H*' : 'H', 'row', 100);
    return { ...common, title, rows: [], width: measures.history, header: measures.history };
  }
  const { padding, rowText, rowHeight, titleHeight } = measures;
  const title = sizedText(node.name, 'title', measures.widestTitle);
  const noteText = node.asl ?? (kind === 'parallel' ? 'parallel' : undefined);
  const note = noteText === undefined ? undefined : sizedText(noteText, 'row', 100);
  const rows = [...ownRows(node), ...transitions];
  const titleWidth = 2 * padding + title.width + (note ? 8 + note.width : 0) + (kind === 'final' ? 8 : 0);
  const rowWidths = rows.map(({ text }) => rowText + text.width + padding);
  return {
    ...common,
    title,
    ...(note && { note }),
    rows,
    width: Math.ceil(Math.max(measures.leastWidth, titleWidth, ...rowWidths)),
    header: titleHeight + (rows.length > 0 ? rows.length * rowHeight + 7 : 0),
  };
}

function ownRows({ invokes, entry, exit }: ChartNode): readonly BlockRow[] {
  const row = (kind: RowKind, text: string): BlockRow => ({
    kind,
    text: sizedText(text, 'row', measures.widestRow),
    tone: 'event',
    edges: [],
    targets: [],
  });
  return [
    ...invokes.map(({ src, label = src }) => row('invoke', label)),
    ...(entry.length > 0 ? [row('entry', `entry / ${entry.join(', ')}`)] : []),
    ...(exit.length > 0 ? [row('exit', `exit / ${exit.join(', ')}`)] : []),
  ];
}

/** The size of the box around the lines of a link. */
export function labelSize({ lines }: Link): { readonly width: number; readonly height: number } | undefined {
  if (lines.length === 0) return undefined;
  const { labelPadding, lineHeight } = measures;
  const widths = lines.map(({ text, tone }) => text.width + iconWidth(tone));
  return {
    width: Math.ceil(Math.max(...widths)) + 2 * labelPadding,
    height: lines.length * lineHeight + labelPadding,
  };
}

/** Some tones have an icon before their words, so that they do not differ by their colour alone. */
export function iconWidth(tone: Tone): number {
  return tone === 'done' || tone === 'error' || tone === 'after' || tone === 'snapshot'
    ? measures.icon + 2
    : 0;
}

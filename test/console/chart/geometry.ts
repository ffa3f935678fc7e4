import type { Box, Drawing, DrawnEdge, DrawnNode, DrawnText, Point } from '../../../console/chart/drawing.ts';
import { fonts } from '../../../console/chart/textWidths.ts';

/** The number of times that a drawing breaks each rule, and where. */
export interface Faults {
  readonly faults: readonly string[];
  readonly crossings: number;
  /** Steps to the side of less than ten pixels, in lines that go down or up. */
  readonly jogs: readonly string[];
}

type Segment = readonly [Point, Point];

/** Judges a drawing by its geometry alone. */
export function judge({ nodes, edges }: Drawing): Faults {
  const faults: string[] = [];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const leaves = nodes.filter(({ children, kind }) => children.length === 0 && kind !== 'initial');
  const titles = nodes
    .filter(({ children }) => children.length > 0)
    .map((node) => ({ id: node.id, box: titleBox(node) }));
  const labelled = edges.flatMap(({ id, label, points }) => (label ? [{ id, label, points }] : []));
  for (const [i, { id, label, points }] of labelled.entries()) {
    for (const other of labelled.slice(i + 1))
      if (overlap(label, other.label)) faults.push(`label ∩ label: ${id}, ${other.id}`);
    for (const leaf of leaves) if (overlap(label, leaf.box)) faults.push(`label ∩ leaf: ${id}, ${leaf.id}`);
    for (const title of titles)
      if (overlap(label, title.box)) faults.push(`label ∩ title: ${id}, ${title.id}`);
    if (distance(label, points) > 12) faults.push(`label far from its edge: ${id}`);
  }
  for (const edge of edges) {
    const segments = segmentsOf(edge);
    if (segments.length === 0) faults.push(`no line: ${edge.id}`);
    for (const segment of segments) {
      const foreign = ({ id }: { readonly id: string }) => id !== edge.source && id !== edge.target;
      for (const leaf of leaves.filter(foreign))
        if (crosses(segment, leaf.box)) faults.push(`edge ∩ leaf: ${edge.id}, ${leaf.id}`);
      for (const title of titles.filter(foreign)) {
        if (crosses(segment, title.box)) faults.push(`edge ∩ title: ${edge.id}, ${title.id}`);
      }
    }
    for (const [name, point] of [
      ['source', edge.points[0]],
      ['target', edge.points.at(-1)],
    ] as const) {
      const node = byId.get(edge[name]);
      if (!point || !node || !isOnBorder(point, node.box))
        faults.push(`edge does not end at its ${name}: ${edge.id}`);
    }
  }
  for (const [i, one] of leaves.entries()) {
    for (const other of leaves.slice(i + 1))
      if (overlap(one.box, other.box)) faults.push(`leaf ∩ leaf: ${one.id}, ${other.id}`);
  }
  for (const node of nodes) faults.push(...nodeFaults(node, byId));
  for (const { id, label, lines } of edges) {
    for (const { text } of lines)
      if (label && !isInside(textBox(text), label)) faults.push(`text outside its label: ${id} ${text.text}`);
  }
  return { faults, crossings: crossingsOf(edges), jogs: edges.flatMap(jogsOf) };
}

function nodeFaults(node: DrawnNode, byId: ReadonlyMap<string, DrawnNode>): string[] {
  const faults: string[] = [];
  const texts = [node.title, ...(node.note ? [node.note] : []), ...node.rows.map(({ text }) => text)];
  for (const text of texts) {
    if (text.text !== '' && !isInside(textBox(text), node.box))
      faults.push(`text outside its node: ${node.id} ${text.text}`);
  }
  const parent = node.parent === undefined ? undefined : byId.get(node.parent);
  if (parent && !isInside(node.box, parent.box)) faults.push(`node outside its group: ${node.id}`);
  const children = node.children.flatMap((id) => byId.get(id) ?? []);
  if (node.kind === 'compound') {
    // The dot before the initial state is in the top layer.
    const [dot] = children;
    const tops = children.map(({ box }) => box.y);
    if (dot?.kind === 'initial' && dot.box.y > Math.min(...tops) + 30)
      faults.push(`initial state is not on top: ${node.id}`);
  }
  const regions = children.filter(({ isRegion }) => isRegion);
  for (const [i, region] of regions.entries()) {
    const next = regions[i + 1];
    if (!next) continue;
    const isBeside = next.box.x >= region.box.x + region.box.width;
    const isBelow = next.box.y >= region.box.y + region.box.height;
    if (!isBeside && !isBelow) faults.push(`regions out of order: ${region.id}, ${next.id}`);
    if (isBeside && !isBelow && Math.abs(next.box.y - region.box.y) > 0.5)
      faults.push(`tops of regions differ: ${region.id}, ${next.id}`);
  }
  return faults;
}

function titleBox({ title, note, rows, box, header }: DrawnNode): Box {
  if (rows.length > 0) {
    const right = Math.max(...rows.map(({ text }) => text.x + text.width), title.x + title.width);
    return { x: box.x, y: box.y + 4, width: right - box.x, height: header - 6 };
  }
  const width = (note ? note.x + note.width : title.x + title.width) - title.x;
  return { x: title.x, y: title.y - 11, width, height: 15 };
}

function textBox({ x, y, width, font }: DrawnText): Box {
  const { size } = fonts[font];
  return { x, y: y - size * 0.8, width, height: size };
}

function overlap(a: Box, b: Box, slack = 1): boolean {
  return (
    a.x + slack < b.x + b.width &&
    b.x + slack < a.x + a.width &&
    a.y + slack < b.y + b.height &&
    b.y + slack < a.y + a.height
  );
}

function isInside(inner: Box, outer: Box, slack = 0.6): boolean {
  return (
    inner.x >= outer.x - slack &&
    inner.y >= outer.y - slack &&
    inner.x + inner.width <= outer.x + outer.width + slack &&
    inner.y + inner.height <= outer.y + outer.height + slack
  );
}

function segmentsOf({ points }: DrawnEdge): Segment[] {
  return points.slice(1).flatMap((point, i) => {
    const before = points[i];
    return before ? [[before, point] as const] : [];
  });
}

function boxOfSegment([a, b]: Segment): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}

/** Lines are horizontal or vertical. */
function crosses(segment: Segment, box: Box): boolean {
  const { x, y, width, height } = boxOfSegment(segment);
  return (
    x < box.x + box.width - 1.5 &&
    x + width > box.x + 1.5 &&
    y < box.y + box.height - 1.5 &&
    y + height > box.y + 1.5
  );
}

function isOnBorder({ x, y }: Point, box: Box): boolean {
  const isAcross = x >= box.x - 1 && x <= box.x + box.width + 1;
  const isAlong = y >= box.y - 1 && y <= box.y + box.height + 1;
  const near = (a: number, b: number) => Math.abs(a - b) <= 1;
  const onSide = isAlong && (near(x, box.x) || near(x, box.x + box.width));
  return onSide || (isAcross && (near(y, box.y) || near(y, box.y + box.height)));
}

function distance(label: Box, points: readonly Point[]): number {
  const gaps = points.slice(1).map((point, i) => {
    const before = points[i] ?? point;
    const box = boxOfSegment([before, point]);
    const across = Math.max(0, box.x - (label.x + label.width), label.x - (box.x + box.width));
    const along = Math.max(0, box.y - (label.y + label.height), label.y - (box.y + box.height));
    return Math.hypot(across, along);
  });
  return Math.min(...gaps);
}

function jogsOf({ id, points }: DrawnEdge): string[] {
  return points.slice(2, -1).flatMap((point, i) => {
    const before = points[i + 1] ?? point;
    const across = Math.abs(point.x - before.x);
    return across < 10 && point.y === before.y ? [`a jog of ${across}: ${id}`] : [];
  });
}

function crossingsOf(edges: readonly DrawnEdge[]): number {
  const all = edges.map(segmentsOf);
  let crossings = 0;
  for (const [i, own] of all.entries()) {
    for (const others of all.slice(i + 1)) {
      for (const a of own) for (const b of others) if (doCross(a, b)) crossings++;
    }
  }
  return crossings;
}

function doCross([a, b]: Segment, [c, d]: Segment): boolean {
  const side = (p: Point, q: Point, r: Point) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

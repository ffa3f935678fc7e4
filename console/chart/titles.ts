import type { Drawing, DrawnEdge, DrawnNode, DrawnText, Point } from './drawing.ts';

/** Free space at each side of a title. */
const clearance = 5;

/** A line may have to cross the header of a group that it leaves or enters: the words there move aside. */
export function withClearTitles(drawing: Drawing): Drawing {
  const { nodes, edges } = drawing;
  return { ...drawing, nodes: nodes.map((node) => (node.children.length > 0 ? cleared(node, edges) : node)) };
}

function cleared(node: DrawnNode, edges: readonly DrawnEdge[]): DrawnNode {
  const blocked = edges
    .filter(({ source, target }) => source !== node.id && target !== node.id)
    .flatMap(({ points }) => verticalsIn(points, node));
  if (blocked.length === 0) return node;
  const left = node.rows[0] ? node.box.x + 10 : node.title.x;
  const right = Math.max(...textsOf(node).map(({ x, width }) => x + width));
  const start = freeStart(blocked, left, right - left, node.box.x + node.box.width - 10);
  return start === undefined ? node : moved(node, start - left);
}

function textsOf({ title, note, rows }: DrawnNode): readonly DrawnText[] {
  return [title, ...(note ? [note] : []), ...rows.map(({ text }) => text)];
}

/** Where lines cross the header from above to below. */
function verticalsIn(points: readonly Point[], { box, header }: DrawnNode): readonly number[] {
  return points.slice(1).flatMap((point, place) => {
    const before = points[place];
    if (!before || Math.abs(before.x - point.x) > 0.5) return [];
    const [top, bottom] = [Math.min(before.y, point.y), Math.max(before.y, point.y)];
    const isIn = point.x > box.x && point.x < box.x + box.width && top < box.y + header && bottom > box.y + 2;
    return isIn ? [point.x] : [];
  });
}

/** The first place from the left with room for the words; none where there is no such place. */
function freeStart(blocked: readonly number[], left: number, width: number, end: number): number | undefined {
  const starts = [left, ...blocked.map((x) => x + clearance)].filter((x) => x >= left).sort((a, b) => a - b);
  return starts.find(
    (start) =>
      start + width <= end &&
      blocked.every((x) => x <= start - clearance + 0.1 || x >= start + width + clearance),
  );
}

function moved(node: DrawnNode, by: number): DrawnNode {
  const { title, note, rows } = node;
  const text = (each: DrawnText): DrawnText => ({ ...each, x: Math.round((each.x + by) * 10) / 10 });
  return {
    ...node,
    title: text(title),
    ...(note && { note: text(note) }),
    rows: rows.map((row) => ({
      ...row,
      icon: { ...row.icon, x: Math.round((row.icon.x + by) * 10) / 10 },
      text: text(row.text),
    })),
  };
}

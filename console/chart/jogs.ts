import type { Box, Drawing, DrawnEdge, DrawnNode, Point } from './drawing.ts';

/** A step to the side by less looks like a mistake. */
const widestJog = 10;

/** Space that a line keeps from others, as wide as the head of an arrow, from states and from labels. */
const clearance = 8;

/** Takes small steps to the side out of lines that go down or up, where there is room for it. */
export function withoutJogs(drawing: Drawing): Drawing {
  const edges = [...drawing.edges];
  for (const [place, edge] of edges.entries()) {
    if (!edge.points.some((_, i) => jogAt(edge.points, i))) continue;
    const around = new Surroundings(drawing.nodes, edges, edge);
    edges[place] = { ...edge, points: straightened(edge.points, around) };
  }
  return { ...drawing, edges };
}

function straightened(points: readonly Point[], around: Surroundings): readonly Point[] {
  for (const [i] of points.entries()) {
    if (!jogAt(points, i)) continue;
    const better = [withPartBeforeMoved(points, i), withPartAfterMoved(points, i)].find((each) =>
      around.allows(points, each),
    );
    if (better) return straightened(better, around);
  }
  return points;
}

/** Whether a short horizontal part begins there, between two vertical ones. */
function jogAt(points: readonly Point[], i: number): boolean {
  const [before, a, b, after] = [points[i - 1], points[i], points[i + 1], points[i + 2]];
  if (!before || !a || !b || !after) return false;
  return isVertical(before, a) && isVertical(b, after) && Math.abs(a.x - b.x) < widestJog;
}

function withPartBeforeMoved(points: readonly Point[], i: number): readonly Point[] {
  const x = points[i + 1]?.x ?? 0;
  return points.flatMap((point, at) =>
    at === i || at === i + 1 ? [] : at === i - 1 ? [{ ...point, x }] : [point],
  );
}

function withPartAfterMoved(points: readonly Point[], i: number): readonly Point[] {
  const x = points[i]?.x ?? 0;
  return points.flatMap((point, at) =>
    at === i || at === i + 1 ? [] : at === i + 2 ? [{ ...point, x }] : [point],
  );
}

/** Everything that the line of an edge must keep away from. */
class Surroundings {
  readonly #edge: DrawnEdge;
  readonly #ends: readonly Box[];
  readonly #obstacles: readonly Box[];
  readonly #others: readonly Part[];

  constructor(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[], edge: DrawnEdge) {
    this.#edge = edge;
    const isEnd = ({ id }: DrawnNode) => id === edge.source || id === edge.target;
    this.#ends = nodes.filter(isEnd).map(({ box }) => box);
    const leaves = nodes.filter((node) => node.children.length === 0 && !isEnd(node));
    const labels = edges.flatMap(({ id, label }) => (label && id !== edge.id ? [label] : []));
    this.#obstacles = [...leaves.map(({ box }) => box), ...labels];
    this.#others = edges.filter(({ id }) => id !== edge.id).flatMap(({ points }) => partsOf(points));
  }

  /** Whether a line in place of another comes closer to nothing than it may, and crosses no more lines. */
  allows(before: readonly Point[], after: readonly Point[]): boolean {
    const known = new Set(before);
    const parts = partsOf(after);
    const moved = parts.filter(([a, b]) => !(known.has(a) && known.has(b)));
    return (
      this.#crossings(parts) <= this.#crossings(partsOf(before)) &&
      moved.every((part) => this.#isFree(part)) &&
      [after[0], after.at(-1)].every((end) => !end || known.has(end) || this.#isOnBorder(end)) &&
      this.#meetsLabel(parts)
    );
  }

  #isFree([a, b]: Part): boolean {
    const line = boxAround(a, b, clearance);
    return (
      !this.#obstacles.some((box) => overlap(line, box)) &&
      !this.#others.some(
        ([c, d]) => isVertical(a, b) === isVertical(c, d) && overlap(line, boxAround(c, d, 0.1)),
      )
    );
  }

  /** An arrow ends at the straight part of a border. */
  #isOnBorder({ x, y }: Point): boolean {
    return this.#ends.some(
      (box) =>
        x >= box.x + clearance &&
        x <= box.x + box.width - clearance &&
        y >= box.y - 1 &&
        y <= box.y + box.height + 1,
    );
  }

  /** The words of a line stand on it. */
  #meetsLabel(parts: readonly Part[]): boolean {
    const { label } = this.#edge;
    if (!label) return true;
    const middle = { ...label, x: label.x + label.width / 4, width: label.width / 2 };
    return parts.some(([a, b]) => isVertical(a, b) && overlap(middle, boxAround(a, b, 0.1)));
  }

  #crossings(parts: readonly Part[]): number {
    return parts.reduce(
      (sum, [a, b]) => sum + this.#others.filter(([c, d]) => doCross(a, b, c, d)).length,
      0,
    );
  }
}

type Part = readonly [Point, Point];

function partsOf(points: readonly Point[]): readonly Part[] {
  return points.slice(1).flatMap((point, place) => {
    const before = points[place];
    return before ? [[before, point] as const] : [];
  });
}

function isVertical(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 0.05 && Math.abs(a.y - b.y) >= 0.05;
}

function boxAround(a: Point, b: Point, space: number): Box {
  return {
    x: Math.min(a.x, b.x) - space,
    y: Math.min(a.y, b.y) - space,
    width: Math.abs(a.x - b.x) + 2 * space,
    height: Math.abs(a.y - b.y) + 2 * space,
  };
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Lines are horizontal or vertical. */
function doCross(a: Point, b: Point, c: Point, d: Point): boolean {
  if (isVertical(a, b) === isVertical(c, d)) return false;
  return overlap(boxAround(a, b, 0.05), boxAround(c, d, 0.05));
}

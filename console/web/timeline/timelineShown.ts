import type { Bar, Lane, TimelinePoint } from '../../timeline/timeline.ts';

export const rowHeight = 20;
export const lanesTop = 48;
const laneGap = 6;

export function laneHeight(lane: Lane): number {
  return lane.rows * rowHeight + laneGap;
}

export function laneTopsOf(lanes: readonly Lane[]): ReadonlyMap<string, number> {
  const tops = new Map<string, number>();
  let y = lanesTop;
  for (const lane of lanes) {
    tops.set(lane.id, y + 2);
    y += laneHeight(lane);
  }
  return tops;
}

/** Without bars that would be drawn over one that is drawn already: a row has no more of them than pixels. */
export function thinned(
  bars: readonly Bar[],
  from: (bar: Bar) => number,
  to: (bar: Bar) => number,
): readonly Bar[] {
  const drawnTo = new Map<string, number>();
  return bars.filter((bar) => {
    const row = `${bar.lane} ${bar.row}`;
    const end = Math.round(to(bar));
    const isHidden = end - from(bar) < 1 && end <= (drawnTo.get(row) ?? -1);
    if (!isHidden) drawnTo.set(row, end);
    return !isHidden;
  });
}

interface SpacedPoint {
  readonly point: TimelinePoint;
  readonly x: number;
  /** Pixels from the point before. */
  readonly before: number;
  /** Pixels up to the next one, or to the end. */
  readonly after: number;
}

/** Points that have room of their own in their lane. */
export function spaced(
  points: readonly TimelinePoint[],
  xOf: (point: TimelinePoint) => number,
  end: number,
): readonly SpacedPoint[] {
  const found: { point: TimelinePoint; x: number; before: number; after: number }[] = [];
  const lastIn = new Map<string, (typeof found)[number]>();
  for (const point of points) {
    const x = xOf(point);
    const last = lastIn.get(point.lane);
    if (last && x - last.x < 5) continue;
    // The name of the point before may stand between the two.
    if (last) last.after = x - last.x;
    const next = { point, x, before: last ? 0 : x, after: end - x };
    lastIn.set(point.lane, next);
    found.push(next);
  }
  return found;
}

/** Those that are at least a pixel wide, or the first in their pixel. */
export function seen<T>(
  items: readonly T[],
  from: (item: T) => number,
  to: (item: T) => number,
): readonly T[] {
  let drawnTo = -1;
  return items.filter((item) => {
    const end = Math.round(to(item));
    if (end <= drawnTo && end - from(item) < 1) return false;
    drawnTo = end;
    return true;
  });
}

import type { Moment, Scale, Segment, Timeline, Zoom } from './timeline.ts';

/** Width of a collapsed gap, and the least width of an active stretch, in pixels. */
const gapWidth = 34;
const leastActive = 26;
const padding = 10;
/** A gap collapses where it is longer than this, and than this part of all busy time. */
const leastGapMs = 50;
const leastPart = 0.25;

/** The scale of a timeline for a width in pixels. Attempts, children, points and changes of state are busy time. */
export function scaleOf(timeline: Timeline, width: number, zoom: Zoom): Scale {
  switch (zoom) {
    case 'byEntry':
      return byEntry(timeline, width);
    case 'real':
      return { zoom, width, segments: spread([[timeline.start, timeline.end]], width) };
    case 'collapsed':
      return { zoom, width, segments: spread(activeStretches(timeline), width) };
  }
}

type Stretch = readonly [from: number, to: number];

function activeStretches(timeline: Timeline): readonly Stretch[] {
  const busy = merged(busyStretches(timeline), 0);
  const total = busy.reduce((sum, [from, to]) => sum + to - from, 0);
  return merged(busy, Math.max(leastGapMs, leastPart * total));
}

function busyStretches({ bars, points, states, start, end }: Timeline): readonly Stretch[] {
  const at = (time: number): Stretch => [time, time];
  return [
    ...bars
      .filter(({ kind }) => kind === 'attempt' || kind === 'child')
      .map(({ from, to }): Stretch => [from.at, to?.at ?? end]),
    ...points.map((point) => at(point.at.at)),
    ...states.map(({ from }) => at(from.at)),
    at(start),
    at(end),
  ].sort((a, b) => a[0] - b[0]);
}

/** Joins stretches that are at most a gap apart. */
function merged(sorted: readonly Stretch[], gap: number): readonly Stretch[] {
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last && from - last[1] <= gap) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** Every active stretch has its least width, and its share of the rest by its length. */
function spread(active: readonly Stretch[], width: number): readonly Segment[] {
  const gaps = active.length - 1;
  const room = Math.max(0, width - 2 * padding);
  // Where there are more gaps than there is room for, they are narrower.
  const gap = Math.min(gapWidth, gaps > 0 ? room / (2 * gaps) : gapWidth);
  const roomForActive = room - gaps * gap;
  const least = Math.min(leastActive, roomForActive / active.length);
  const total = active.reduce((sum, [from, to]) => sum + to - from, 0);
  const free = roomForActive - least * active.length;
  const segments: Segment[] = [];
  let x = padding;
  let before: Stretch | undefined;
  for (const stretch of active) {
    const [from, to] = stretch;
    if (before) {
      segments.push({ from: before[1], to: from, x0: x, x1: x + gap, isCollapsed: true });
      x += gap;
    }
    const share = total > 0 ? (to - from) / total : 1 / active.length;
    const length = least + free * share;
    segments.push({ from, to, x0: x, x1: x + length, isCollapsed: false });
    x += length;
    before = stretch;
  }
  return segments;
}

function byEntry({ lastEntry }: Timeline, width: number): Scale {
  const segment = {
    from: 1,
    to: Math.max(2, lastEntry),
    x0: padding,
    x1: Math.max(padding, width - padding),
  };
  return { zoom: 'byEntry', width, segments: [{ ...segment, isCollapsed: false }] };
}

/** The place of a moment, in pixels from the left. */
export function project({ zoom, segments }: Scale, moment: Moment): number {
  const value = zoom === 'byEntry' ? moment.entry : moment.at;
  const segment = segmentAt(segments, ({ to }) => to >= value);
  if (!segment) return 0;
  const { from, to, x0, x1 } = segment;
  const part = to > from ? (value - from) / (to - from) : 0;
  return x0 + Math.min(1, Math.max(0, part)) * (x1 - x0);
}

/** The time at a place; the number of an entry in a scale by entry. The reverse of {@link project}. */
export function unproject({ segments }: Scale, x: number): number {
  const segment = segmentAt(segments, ({ x1 }) => x1 >= x);
  if (!segment) return 0;
  const { from, to, x0, x1 } = segment;
  const part = x1 > x0 ? (x - x0) / (x1 - x0) : 0;
  return from + Math.min(1, Math.max(0, part)) * (to - from);
}

/** The first one that reaches far enough, or the last: by halves, as there may be thousands. */
function segmentAt(
  segments: readonly Segment[],
  reaches: (segment: Segment) => boolean,
): Segment | undefined {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle];
    if (segment && reaches(segment)) high = middle;
    else low = middle + 1;
  }
  return segments[low];
}

/** The end of a bar: now, while it runs. */
export function endOf({ end, lastEntry }: Timeline, bar: { readonly to?: Moment }): Moment {
  return bar.to ?? { at: end, entry: lastEntry };
}

/** The same timeline at a later time: what runs is longer, and nothing else has moved. */
export function atTime(timeline: Timeline, now: number): Timeline {
  return timeline.isLive && now > timeline.end ? { ...timeline, end: now } : timeline;
}

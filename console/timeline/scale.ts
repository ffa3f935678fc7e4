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

/** How much longer than its course so far the scale of a live execution is. */
const headroom = 1.25;
const leastHeadroomMs = 1000;

/**
 * The end of the scale. A live execution has room to the right, into which its open bars lengthen: the scale changes once that
 * is used up, not at each tick of the clock.
 *
 * @param before the end of the scale until now
 */
export function horizonOf(timeline: Timeline, now: number, before?: number): number {
  const { start, end, isLive } = timeline;
  if (!isLive) return end;
  const reached = Math.max(now, end);
  if (before !== undefined && before >= reached) return before;
  return Math.max(start + (reached - start) * headroom, reached + leastHeadroomMs);
}

/** A mark of the scale: the time since the start, or the number of an entry. */
export interface Tick {
  /** Pixels from the left. */
  readonly x: number;
  readonly label: string;
  /** At the beginning of its segment. */
  readonly isFirst: boolean;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const stepsOfTime = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 30, 90, 365].map((n) => n * day),
];
const stepsOfEntries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];

/** Room for the text of a tick. */
const tickRoom = 64;

/** Marks at round times, and at the beginning of each stretch: as many as there is room for. */
export function ticksOf(
  { zoom, segments }: Scale,
  start: number,
  format: (ms: number) => string,
): readonly Tick[] {
  if (zoom === 'byEntry')
    return segments.flatMap((segment) => roundTicks(segment, 0, stepsOfEntries, String));
  const ticks: Tick[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const segment of segments) {
    const { from, x0, x1, isCollapsed } = segment;
    if (isCollapsed) {
      free = Math.max(free, x1);
      continue;
    }
    const own: Tick[] = [];
    if (x0 >= free && x1 - x0 > tickRoom - 12)
      own.push({ x: x0, label: `+${format(from - start)}`, isFirst: true });
    const firstFree = own.length > 0 ? x0 + tickRoom + 12 : Math.max(free, x0 + tickRoom / 2);
    const round = roundTicks(segment, start, stepsOfTime, (ms) => `+${format(ms)}`);
    own.push(...round.filter(({ x }) => x >= firstFree && x <= x1 - tickRoom / 2));
    ticks.push(...own);
    const last = own.at(-1);
    if (last) free = last.x + tickRoom;
  }
  return ticks;
}

function roundTicks(
  { from, to, x0, x1 }: Segment,
  origin: number,
  steps: readonly number[],
  labelOf: (value: number) => string,
): readonly Tick[] {
  const perUnit = (x1 - x0) / Math.max(1, to - from);
  const step = steps.find((each) => each * perUnit >= tickRoom + 16);
  if (step === undefined) return [];
  const ticks: Tick[] = [];
  for (let value = Math.ceil((from - origin) / step) * step; value <= to - origin; value += step) {
    ticks.push({ x: x0 + (value + origin - from) * perUnit, label: labelOf(value), isFirst: false });
  }
  return ticks;
}

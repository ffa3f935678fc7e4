import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { HistoryEntry } from '../../../client/index.ts';
import { project, scaleOf } from '../../timeline/scale.ts';
import type { Bar, Lane, Scale, Timeline, TimelinePoint, Zoom } from '../../timeline/timeline.ts';
import { timelineOf } from '../../timeline/timelineOf.ts';
import { duration } from '../time.ts';

const rowHeight = 20;
const laneGap = 6;
const bandTop = 4;
const bandHeight = 20;
const lanesTop = 48;
const labelWidth = 116;
const endRoom = 6;

interface TimelineProps {
  readonly entries: readonly HistoryEntry[];
  readonly isWhole: boolean;
  readonly entry: number;
  readonly nowMs: number;
  readonly onChoose: (entry: number) => void;
}

const zooms: readonly (readonly [Zoom, string])[] = [
  ['collapsed', 'Busy time'],
  ['real', 'Real time'],
  ['byEntry', 'By entry'],
];

/** Tasks, waits, timers and children in time, under the band of states. */
export function TimelineView({ entries, isWhole, entry, nowMs, onChoose }: TimelineProps) {
  const [zoom, setZoom] = useState<Zoom>('collapsed');
  const scroll = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0, top: 0 });
  useEffect(() => {
    const element = scroll.current;
    if (!element) return;
    const measure = () =>
      setSize({ width: element.clientWidth, height: element.clientHeight, top: element.scrollTop });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const timeline = useMemo(() => timelineOf(entries, nowMs), [entries]);
  const width = Math.max(200, size.width - labelWidth - endRoom);
  // The scale is made once all entries are there: a gap that closes would move everything.
  const scale = useMemo(() => scaleOf(timeline, width, zoom), [timeline, zoom, width]);
  return (
    <div class="timeline">
      <div class="timeline-tools">
        <h2>Timeline</h2>
        <fieldset class="segments">
          <legend class="hidden">Scale of the timeline</legend>
          {zooms.map(([value, name]) => (
            <button key={value} type="button" aria-pressed={zoom === value} onClick={() => setZoom(value)}>
              {name}
            </button>
          ))}
        </fieldset>
        {!isWhole && <span class="quiet">loading …</span>}
      </div>
      <section
        ref={scroll}
        class="timeline-scroll"
        aria-label="Timeline"
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop: top } = event.currentTarget;
          setSize((before) => ({ ...before, top }));
        }}
      >
        {size.width > 0 && entries.length > 0 && (
          <Drawn
            timeline={timeline}
            scale={scale}
            size={size}
            entry={entry}
            entries={entries}
            nowMs={nowMs}
            onChoose={onChoose}
          />
        )}
      </section>
    </div>
  );
}

interface DrawnProps {
  readonly timeline: Timeline;
  readonly scale: Scale;
  readonly size: { readonly width: number; readonly height: number; readonly top: number };
  readonly entry: number;
  readonly entries: readonly HistoryEntry[];
  readonly nowMs: number;
  readonly onChoose: (entry: number) => void;
}

function Drawn({ timeline, scale, size, entry, entries, onChoose }: DrawnProps) {
  const tops = useMemo(() => lanesTopsOf(timeline.lanes), [timeline]);
  const total = timeline.lanes.reduce((sum, lane) => sum + laneHeight(lane), lanesTop) + 4;
  const height = Math.max(total, size.height - 2);
  const x = (moment: { readonly at: number; readonly entry: number }) => labelWidth + project(scale, moment);
  const end = { at: timeline.end, entry: timeline.lastEntry };
  const cursorAt = entries[entry - 1]?.at;
  const cursor = cursorAt === undefined ? x(end) : x({ at: Date.parse(cursorAt), entry });
  const isInView = (y: number) => y + rowHeight >= size.top && y <= size.top + size.height;
  const yOf = ({ lane, row = 0 }: { readonly lane: string; readonly row?: number }) =>
    (tops.get(lane) ?? lanesTop) + row * rowHeight;
  const bars = useMemo(
    () =>
      thinned(
        timeline.bars,
        (bar) => x(bar.from),
        (bar) => x(bar.to ?? end),
      ),
    [timeline, scale],
  );
  const points = useMemo(() => spaced(timeline.points, (point) => x(point.at)), [timeline, scale]);
  const states = useMemo(
    () =>
      seen(
        timeline.states,
        (state) => x(state.from),
        (state) => x(state.to ?? end),
      ),
    [timeline, scale],
  );
  return (
    <svg
      class="timeline-svg"
      width={size.width}
      height={height}
      role="img"
      aria-label="Timeline of the execution"
    >
      <defs>
        <pattern id="idle" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" y1="0" x2="0" y2="6" />
        </pattern>
      </defs>
      {scale.segments
        .filter(({ isCollapsed, x0, x1 }) => isCollapsed && x1 - x0 > 3)
        .map((segment) => (
          <g key={segment.from} class="gap">
            <rect
              x={labelWidth + segment.x0 + 2}
              y={28}
              width={Math.max(0, segment.x1 - segment.x0 - 4)}
              height={height - 30}
            />
            <text x={labelWidth + (segment.x0 + segment.x1) / 2} y={41} text-anchor="middle">
              {duration(segment.to - segment.from)}
            </text>
          </g>
        ))}
      {states.map((state, i) => {
        const [from, to] = [x(state.from), x(state.to ?? end)];
        return (
          <g key={`${state.from.entry} ${state.label}`} class={i % 2 === 0 ? 'band even' : 'band'}>
            <rect x={from} y={bandTop} width={Math.max(1, to - from - 1)} height={bandHeight} rx={3} />
            {to - from > 22 && (
              <svg x={from} y={bandTop} width={Math.max(0, to - from - 4)} height={bandHeight}>
                <text x={5} y={14}>
                  {state.label}
                </text>
              </svg>
            )}
            <title>{state.label}</title>
          </g>
        );
      })}
      {scale.zoom !== 'byEntry' &&
        scale.segments
          .filter(({ isCollapsed, x0, x1 }) => !isCollapsed && x1 - x0 > 52)
          .map((segment) => (
            <text key={segment.from} class="tick" x={labelWidth + segment.x0} y={41}>
              +{duration(segment.from - timeline.start)}
            </text>
          ))}
      {timeline.lanes.map((lane) => {
        const y = yOf({ lane: lane.id });
        return (
          <g key={lane.id} class="lane">
            <line x1={0} x2={size.width} y1={y - 3} y2={y - 3} />
            <text x={2} y={y + 13}>
              {shortened(lane.label, 17)}
              <title>{lane.label}</title>
            </text>
          </g>
        );
      })}
      {bars
        .filter((bar) => isInView(yOf(bar)))
        .map((bar) => (
          <BarMark
            key={`${bar.lane} ${bar.row} ${bar.from.entry} ${bar.kind} ${bar.label} ${bar.index ?? ''}`}
            bar={bar}
            from={x(bar.from)}
            to={x(bar.to ?? end)}
            y={yOf(bar)}
            isLater={bar.from.entry > entry}
            onChoose={onChoose}
          />
        ))}
      {points
        .filter(({ point }) => isInView(yOf(point)))
        .map(({ point, x: at, room }) => (
          <PointMark
            key={`${point.at.entry} ${point.label}`}
            point={point}
            x={at}
            room={room}
            y={yOf(point)}
            isLater={point.at.entry > entry}
            onChoose={onChoose}
          />
        ))}
      <line class="cursor" x1={cursor} x2={cursor} y1={2} y2={height} />
      <circle class="cursor" cx={cursor} cy={3} r={3} />
    </svg>
  );
}

function BarMark({
  bar,
  from,
  to,
  y,
  isLater,
  onChoose,
}: {
  readonly bar: Bar;
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly isLater: boolean;
  readonly onChoose: (entry: number) => void;
}) {
  const isSolid = bar.kind === 'attempt' || bar.kind === 'child';
  const width = Math.max(3, to - from);
  const outcome = bar.outcome ?? 'open';
  const choose = () => onChoose((bar.to ?? bar.from).entry);
  const title = `${bar.label}${bar.attempt !== undefined ? `, attempt ${bar.attempt}` : ''}: ${outcome}`;
  return (
    <g class={`bar ${bar.kind} ${outcome}${isLater ? ' later' : ''}`} onClick={choose}>
      {isSolid ? (
        <rect x={from} y={y} width={width} height={14} rx={2.5} />
      ) : (
        <line x1={from} x2={from + width} y1={y + 7} y2={y + 7} />
      )}
      {isSolid && (bar.attempt ?? 1) > 1 && width > 12 && (
        <text x={from + width / 2} y={y + 10.5} text-anchor="middle">
          {bar.attempt}
        </text>
      )}
      <title>{title}</title>
    </g>
  );
}

function PointMark({
  point,
  x,
  room,
  y,
  isLater,
  onChoose,
}: {
  readonly point: TimelinePoint;
  readonly x: number;
  /** Pixels up to the next point. */
  readonly room: number;
  readonly y: number;
  readonly isLater: boolean;
  readonly onChoose: (entry: number) => void;
}) {
  return (
    <g
      class={`point ${point.kind}${point.isIgnored ? ' ignored' : ''}${isLater ? ' later' : ''}`}
      onClick={() => onChoose(point.at.entry)}
    >
      <path d={`M${x} ${y + 1}l5.500 6l-5.500 6l-5.500 -6z`} />
      {room > 30 && (
        <text x={x + 9} y={y + 11}>
          {shortened(point.label, Math.min(20, Math.floor((room - 14) / 6)))}
        </text>
      )}
      <title>{point.isIgnored ? `${point.label}: ignored` : point.label}</title>
    </g>
  );
}

function laneHeight(lane: Lane): number {
  return lane.rows * rowHeight + laneGap;
}

function lanesTopsOf(lanes: readonly Lane[]): ReadonlyMap<string, number> {
  const tops = new Map<string, number>();
  let y = lanesTop;
  for (const lane of lanes) {
    tops.set(lane.id, y + 2);
    y += laneHeight(lane);
  }
  return tops;
}

/** Without bars that would be drawn over one that is drawn already: a row has no more of them than pixels. */
function thinned(bars: readonly Bar[], from: (bar: Bar) => number, to: (bar: Bar) => number): readonly Bar[] {
  const drawnTo = new Map<string, number>();
  return bars.filter((bar) => {
    const row = `${bar.lane} ${bar.row}`;
    const end = Math.round(to(bar));
    const isHidden = end - from(bar) < 1 && end <= (drawnTo.get(row) ?? -1);
    if (!isHidden) drawnTo.set(row, end);
    return !isHidden;
  });
}

/** Points that have room of their own in their lane, with the room up to the next one. */
function spaced(points: readonly TimelinePoint[], xOf: (point: TimelinePoint) => number) {
  const found: { point: TimelinePoint; x: number; room: number }[] = [];
  const lastIn = new Map<string, (typeof found)[number]>();
  for (const point of points) {
    const x = xOf(point);
    const last = lastIn.get(point.lane);
    if (last && x - last.x < 5) continue;
    if (last) last.room = x - last.x;
    const next = { point, x, room: Number.POSITIVE_INFINITY };
    lastIn.set(point.lane, next);
    found.push(next);
  }
  return found;
}

/** Those that are at least a pixel wide, or the first in their pixel. */
function seen<T>(items: readonly T[], from: (item: T) => number, to: (item: T) => number): readonly T[] {
  let drawnTo = -1;
  return items.filter((item) => {
    const end = Math.round(to(item));
    if (end <= drawnTo && end - from(item) < 1) return false;
    drawnTo = end;
    return true;
  });
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

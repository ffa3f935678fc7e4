import { useMemo } from 'preact/hooks';
import { project, ticksOf } from '../../timeline/scale.ts';
import type { Bar, Moment, Scale, Segment, Timeline } from '../../timeline/timeline.ts';
import { shortDuration } from '../time.ts';
import { visible } from '../visible.ts';
import { BandMark, BarMark, bandHeight, bandTop, GapMark, PointMark } from './timelineMarks.tsx';
import { laneHeight, lanesTop, laneTopsOf, rowHeight, seen, spaced, thinned } from './timelineShown.ts';

/** Names of lanes stand left of the bars. */
export const labelWidth = 116;

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly top: number;
}

interface DrawingProps {
  readonly timeline: Timeline;
  readonly scale: Scale;
  readonly size: Size;
  readonly cursor: Moment;
  readonly nowMs: number;
  readonly onChoose: (entry: number) => void;
}

/** Three layers: what has ended is drawn once, open bars with the clock, and the cursor with the slider. */
export function TimelineDrawing({ timeline, scale, size, cursor, nowMs, onChoose }: DrawingProps) {
  const { width, top } = size;
  const total = timeline.lanes.reduce((sum, lane) => sum + laneHeight(lane), lanesTop) + 4;
  const height = Math.max(total, size.height - 2);
  const cursorX = labelWidth + project(scale, cursor);
  // Layers are drawn again when another row comes into view, not for each pixel.
  const firstRow = Math.floor(top / rowHeight);
  const past = useMemo(
    () => (
      <Past
        timeline={timeline}
        scale={scale}
        size={{ ...size, top: firstRow * rowHeight }}
        height={height}
        onChoose={onChoose}
      />
    ),
    [timeline, scale, width, size.height, firstRow, height, onChoose],
  );
  return (
    <svg class="timeline-svg" width={width} height={height} role="img" aria-label="Timeline of the execution">
      <defs>
        <pattern id="idle" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" y1="0" x2="0" y2="6" />
        </pattern>
      </defs>
      {past}
      {timeline.isLive && (
        <Open
          timeline={timeline}
          scale={scale}
          width={width}
          height={height}
          nowMs={nowMs}
          onChoose={onChoose}
        />
      )}
      {/* Nothing is later than the last entry: bars that are open go on beyond it. */}
      {cursor.entry < timeline.lastEntry && (
        <rect class="later" x={cursorX} y={bandTop} width={Math.max(0, width - cursorX)} height={height} />
      )}
      <line class="cursor" x1={cursorX} x2={cursorX} y1={2} y2={height} />
      <circle class="cursor" cx={cursorX} cy={3} r={3} />
    </svg>
  );
}

interface LayerProps {
  readonly timeline: Timeline;
  readonly scale: Scale;
  readonly onChoose: (entry: number) => void;
}

function Past({
  timeline,
  scale,
  size,
  height,
  onChoose,
}: LayerProps & { readonly size: Size; readonly height: number }) {
  const { lanes, bars, points, states } = timeline;
  const tops = laneTopsOf(lanes);
  const x = (moment: Moment) => labelWidth + project(scale, moment);
  const end = { at: timeline.end, entry: timeline.lastEntry };
  const y = yIn(tops);
  const isInView = (at: number) => at + rowHeight >= size.top && at <= size.top + size.height + rowHeight;
  const ended = bars.filter((bar) => bar.to !== undefined);
  return (
    <g>
      {gapsOf(scale)
        .filter(({ to }) => !isOpen(timeline, to))
        .map((segment) => (
          <GapMark key={segment.from} segment={segment} left={labelWidth} height={height} />
        ))}
      {seen(
        timeline.isLive ? states.filter(({ to }) => to !== undefined) : states,
        (state) => x(state.from),
        (state) => x(state.to ?? end),
      ).map((state, i) => (
        <BandMark
          key={`${state.from.entry} ${state.label}`}
          state={state}
          from={x(state.from)}
          to={x(state.to ?? end)}
          isEven={i % 2 === 0}
        />
      ))}
      {ticksOf(scale, timeline.start, shortDuration).map((tick) => (
        <g key={tick.x} class="tick">
          <line
            x1={labelWidth + tick.x}
            x2={labelWidth + tick.x}
            y1={bandTop + bandHeight}
            y2={bandTop + bandHeight + 4}
          />
          <text x={labelWidth + tick.x} y={41} text-anchor={tick.isFirst ? 'start' : 'middle'}>
            {tick.label}
          </text>
        </g>
      ))}
      {lanes.map((lane) => {
        const top = y({ lane: lane.id });
        return (
          <g key={lane.id} class="lane">
            <line x1={0} x2={size.width} y1={top - 3} y2={top - 3} />
            <svg x={0} y={top} width={labelWidth - 6} height={rowHeight}>
              <text x={2} y={13}>
                {visible(lane.label)}
                <title>{visible(lane.label)}</title>
              </text>
            </svg>
          </g>
        );
      })}
      {thinned(
        ended,
        (bar) => x(bar.from),
        (bar) => x(bar.to ?? end),
      )
        .filter((bar) => isInView(y(bar)))
        .map((bar) => (
          <BarMark
            key={keyOf(bar)}
            bar={bar}
            from={x(bar.from)}
            to={x(bar.to ?? end)}
            y={y(bar)}
            onChoose={onChoose}
          />
        ))}
      {spaced(points, (point) => x(point.at), size.width)
        .filter(({ point }) => isInView(y(point)))
        .map(({ point, x: at, before, after }) => (
          <PointMark
            key={`${point.at.entry} ${point.label}`}
            point={point}
            x={at}
            before={before}
            after={after}
            y={y(point)}
            onChoose={onChoose}
          />
        ))}
    </g>
  );
}

/** All that has not ended: it lasts until now. */
function Open({
  timeline,
  scale,
  width,
  height,
  nowMs,
  onChoose,
}: LayerProps & { readonly width: number; readonly height: number; readonly nowMs: number }) {
  const tops = laneTopsOf(timeline.lanes);
  const y = yIn(tops);
  const now = Math.max(timeline.end, nowMs);
  const end = labelWidth + project(scale, { at: now, entry: timeline.lastEntry });
  const band = timeline.states.at(-1);
  return (
    <g>
      {gapsOf(scale)
        .filter(({ to }) => isOpen(timeline, to))
        .map((segment) => (
          <GapMark key={segment.from} segment={segment} left={labelWidth} height={height} end={now} />
        ))}
      {band && band.to === undefined && (
        <BandMark
          state={band}
          from={labelWidth + project(scale, band.from)}
          to={end}
          isEven={timeline.states.length % 2 === 1}
        />
      )}
      {timeline.bars
        .filter(({ to }) => to === undefined)
        .map((bar) => (
          <BarMark
            key={keyOf(bar)}
            bar={bar}
            from={labelWidth + project(scale, bar.from)}
            to={end}
            y={y(bar)}
            live={{ nowMs: now, room: width - end }}
            onChoose={onChoose}
          />
        ))}
    </g>
  );
}

function gapsOf({ segments }: Scale): readonly Segment[] {
  return segments.filter(({ isCollapsed, x0, x1 }) => isCollapsed && x1 - x0 > 3);
}

function isOpen({ isLive, end }: Timeline, to: number): boolean {
  return isLive && to >= end;
}

function yIn(tops: ReadonlyMap<string, number>) {
  return ({ lane, row = 0 }: { readonly lane: string; readonly row?: number }) =>
    (tops.get(lane) ?? lanesTop) + row * rowHeight;
}

function keyOf({ lane, row, from, kind, label, index }: Bar): string {
  return `${lane} ${row} ${from.entry} ${kind} ${label} ${index ?? ''}`;
}

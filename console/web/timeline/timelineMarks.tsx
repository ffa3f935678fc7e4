import type { Bar, Segment, StateBand, TimelinePoint } from '../../timeline/timeline.ts';
import { duration, fromNow, shortDuration } from '../time.ts';
import { visible } from '../visible.ts';

export const bandTop = 4;
export const bandHeight = 20;

/** The width of a character of the timeline's texts, about. */
const characterWidth = 6;

/** An idle stretch, hatched, with its length where there is room for it. */
export function GapMark({
  segment,
  left,
  height,
  end,
}: {
  readonly segment: Segment;
  readonly left: number;
  readonly height: number;
  /** For a gap that is still open: now. */
  readonly end?: number;
}) {
  const { from, to, x0, x1 } = segment;
  const ms = Math.max(from, Math.min(to, end ?? to)) - from;
  const text = shortDuration(ms);
  const hasRoom = text.length * characterWidth <= x1 - x0 + 4;
  return (
    <g class="gap">
      <rect x={left + x0 + 2} y={28} width={Math.max(0, x1 - x0 - 4)} height={height - 30} />
      {hasRoom && (
        <text x={left + (x0 + x1) / 2} y={41} text-anchor="middle">
          {text}
        </text>
      )}
      <title>{duration(ms)} without work</title>
    </g>
  );
}

export function BandMark({
  state,
  from,
  to,
  isEven,
}: {
  readonly state: StateBand;
  readonly from: number;
  readonly to: number;
  readonly isEven: boolean;
}) {
  return (
    <g class={isEven ? 'band even' : 'band'}>
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
}

interface BarProps {
  readonly bar: Bar;
  readonly from: number;
  readonly to: number;
  readonly y: number;
  /** For a bar that has not ended: now, and the pixels to the right of it. */
  readonly live?: { readonly nowMs: number; readonly room: number };
  readonly onChoose: (entry: number) => void;
}

export function BarMark({ bar, from, to, y, live, onChoose }: BarProps) {
  const isSolid = bar.kind === 'attempt' || bar.kind === 'child';
  const width = Math.max(3, to - from);
  const outcome = bar.outcome ?? 'open';
  const due =
    live && bar.dueAt !== undefined ? fromNow(new Date(bar.dueAt).toISOString(), live.nowMs) : undefined;
  const isBeside = (live?.room ?? 0) > (due?.length ?? 0) * characterWidth + 8;
  return (
    <g
      class={`bar ${bar.kind} ${outcome}`}
      data-bar={`${bar.lane} ${bar.from.entry}`}
      onClick={() => onChoose((bar.to ?? bar.from).entry)}
    >
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
      {due !== undefined && (
        <text class="due" x={isBeside ? to + 4 : to - 2} y={y + 11} text-anchor={isBeside ? 'start' : 'end'}>
          {due}
        </text>
      )}
      <title>{titleOf(bar, live?.nowMs)}</title>
    </g>
  );
}

function titleOf({ label, attempt, outcome, from, to }: Bar, nowMs: number | undefined): string {
  const which = attempt === undefined ? '' : `, attempt ${attempt}`;
  const until = to?.at ?? nowMs;
  const length = until === undefined ? '' : `, ${duration(Math.max(0, until - from.at))}`;
  return `${visible(label)}${which}: ${outcome ?? 'open'}${length}`;
}

interface PointProps {
  readonly point: TimelinePoint;
  readonly x: number;
  /** Pixels from the point before, and up to the next one. */
  readonly before: number;
  readonly after: number;
  readonly y: number;
  readonly onChoose: (entry: number) => void;
}

/** A diamond, with its name on the side that has room for it. */
export function PointMark({ point, x, before, after, y, onChoose }: PointProps) {
  const room = Math.max(after, before);
  const text = shortened(visible(point.label), Math.min(20, Math.floor((room - 14) / characterWidth)));
  const isAfter = after >= before || after > text.length * characterWidth + 14;
  return (
    <g
      class={`point ${point.kind}${point.isIgnored ? ' ignored' : ''}`}
      onClick={() => onChoose(point.at.entry)}
    >
      <path d={`M${x} ${y + 1}l5.500 6l-5.500 6l-5.500 -6z`} />
      {room > 30 && (
        <text x={isAfter ? x + 9 : x - 9} y={y + 11} text-anchor={isAfter ? 'start' : 'end'}>
          {text}
        </text>
      )}
      <title>{visible(point.isIgnored ? `${point.label}: ignored` : point.label)}</title>
    </g>
  );
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;
}

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { HistoryEntry } from '../../../client/index.ts';
import { horizonOf, scaleOf } from '../../timeline/scale.ts';
import type { Zoom } from '../../timeline/timeline.ts';
import { Course } from '../../timeline/timelineOf.ts';
import { useFollower } from '../useFollower.ts';
import { labelWidth, type Size, TimelineDrawing } from './timelineDrawing.tsx';

/** Right of the bars, also where the time until an open one is due stands there. */
const endRoom = 12;
const dueRoom = 104;

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

const newCourse = () => new Course();

/** Tasks, waits, timers and children in time, under the band of states. */
export function TimelineView({ entries, isWhole, entry, nowMs, onChoose }: TimelineProps) {
  const [zoom, setZoom] = useState<Zoom>('collapsed');
  const scroll = useRef<HTMLDivElement>(null);
  const size = useSize(scroll);
  const course = useFollower(newCourse, entries);
  const timeline = useMemo(() => course.timeline(nowMs), [course, entries]);
  const counts = timeline.bars.some(({ to, dueAt }) => to === undefined && dueAt !== undefined);
  const width = Math.max(200, size.width - labelWidth - (counts ? dueRoom : endRoom));
  const horizon = useRef<number | undefined>(undefined);
  horizon.current = horizonOf(timeline, nowMs, horizon.current);
  const end = horizon.current;
  const scale = useMemo(() => scaleOf({ ...timeline, end }, width, zoom), [timeline, end, zoom, width]);
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
        onScroll={(event) => size.setTop(event.currentTarget.scrollTop)}
      >
        {size.width > 0 && entries.length > 0 && (
          <TimelineDrawing
            timeline={timeline}
            scale={scale}
            size={size}
            cursor={{ at: timeOf(entries[entry - 1]) ?? timeline.end, entry }}
            nowMs={nowMs}
            onChoose={onChoose}
          />
        )}
      </section>
    </div>
  );
}

function timeOf(entry: HistoryEntry | undefined): number | undefined {
  return entry?.at === undefined ? undefined : Date.parse(entry.at);
}

/** The size of an element, and how far it is scrolled down. */
function useSize(ref: { readonly current: HTMLElement | null }): Size & { setTop(top: number): void } {
  const [size, setSize] = useState<Size>({ width: 0, height: 0, top: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () =>
      setSize({ width: element.clientWidth, height: element.clientHeight, top: element.scrollTop });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return { ...size, setTop: (top) => setSize((before) => ({ ...before, top })) };
}

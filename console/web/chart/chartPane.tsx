import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Box } from '../../chart/drawing.ts';
import type { NodeId } from '../../chart/model.ts';
import { Icon } from '../parts/icons.tsx';

interface PaneProps {
  readonly width: number;
  readonly height: number;
  /** A place that is brought into view when it changes. */
  readonly focus?: Box | undefined;
  /** Called with the state that was clicked. */
  readonly onSelect: (node: NodeId | undefined) => void;
  readonly note?: string | undefined;
  readonly finder?: ComponentChildren;
  readonly card?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Pixels that a click may tremble. */
const leastDrag = 4;

/** A chart that can be zoomed and moved. Once the reader has moved it, new data does not move it. */
export function ChartPane({ width, height, focus, onSelect, note, finder, card, children }: PaneProps) {
  const pane = useRef<HTMLDivElement>(null);
  const [fit, setFit] = useState(1);
  const [zoom, setZoom] = useState<number | undefined>(undefined);
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const measure = () => setFit(fitOf(element.clientWidth, element.clientHeight, width, height));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [width, height]);
  const scale = zoom ?? fit;
  const drag = useRef<Drag | undefined>(undefined);
  useEffect(() => {
    if (focus && pane.current) bringIntoView(pane.current, focus, scale);
  }, [focus]);
  const change = (factor: number) => setZoom(Math.max(0.2, Math.min(3, scale * factor)));
  return (
    <div class="chart-pane">
      <section
        ref={pane}
        class="chart-scroll"
        aria-label="Chart"
        tabIndex={0}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          change(event.deltaY < 0 ? 1.1 : 1 / 1.1);
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType !== 'mouse') return;
          const { scrollLeft: left, scrollTop: top } = event.currentTarget;
          drag.current = { x: event.clientX, y: event.clientY, left, top, isMoving: false };
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (!from) return;
          const moved = Math.hypot(event.clientX - from.x, event.clientY - from.y);
          if (!from.isMoving && moved < leastDrag) return;
          if (!from.isMoving) event.currentTarget.setPointerCapture(event.pointerId);
          from.isMoving = true;
          event.currentTarget.scrollTo(
            from.left - (event.clientX - from.x),
            from.top - (event.clientY - from.y),
          );
        }}
        onPointerLeave={() => {
          if (drag.current?.isMoving === false) drag.current = undefined;
        }}
        onClick={(event) => {
          const wasMoved = drag.current?.isMoving === true;
          drag.current = undefined;
          if (!wasMoved) onSelect(stateAt(event.target));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onSelect(undefined);
        }}
      >
        <div class="chart-size" style={{ width: `${width * scale}px`, height: `${height * scale}px` }}>
          <div style={{ transform: `scale(${scale})`, transformOrigin: '0 0' }}>{children}</div>
        </div>
      </section>
      {note !== undefined && <p class="chart-note quiet">{note}</p>}
      {card}
      <div class="chart-tools">
        {finder}
        <button type="button" class="icon-button" aria-label="Zoom in" onClick={() => change(1.2)}>
          <Icon name="plus" size={12} />
        </button>
        <button type="button" class="icon-button" aria-label="Zoom out" onClick={() => change(1 / 1.2)}>
          <Icon name="minus" size={12} />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Fit the chart"
          onClick={() => setZoom(undefined)}
        >
          <Icon name="fit" size={12} />
        </button>
      </div>
    </div>
  );
}

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
  isMoving: boolean;
}

/** The state of an element of the chart; for a row that leads to a state, that state. */
function stateAt(target: EventTarget | null): NodeId | undefined {
  if (!(target instanceof Element)) return undefined;
  const goal = target.closest('[data-goal]')?.getAttribute('data-goal');
  const title = target.closest('[data-title]')?.getAttribute('data-title');
  return goal ?? target.closest('[data-node]')?.getAttribute('data-node') ?? title ?? undefined;
}

function bringIntoView(pane: HTMLElement, { x, y, width, height }: Box, scale: number): void {
  const { scrollLeft: left, scrollTop: top, clientWidth, clientHeight } = pane;
  const [middleX, middleY] = [(x + width / 2) * scale, (y + Math.min(height, 200) / 2) * scale];
  const isSeen =
    middleX > left && middleX < left + clientWidth && middleY > top && middleY < top + clientHeight;
  if (!isSeen) pane.scrollTo({ left: middleX - clientWidth / 2, top: middleY - clientHeight / 2 });
}

/** The whole width, and the height as long as the text can be read. */
function fitOf(paneWidth: number, paneHeight: number, width: number, height: number): number {
  const byWidth = (paneWidth - 24) / width;
  // The tools stand below the chart.
  const byHeight = (paneHeight - 60) / height;
  return Math.max(0.3, Math.min(1, byWidth, Math.max(byHeight, 0.72)));
}

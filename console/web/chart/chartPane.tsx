import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icons.tsx';

/** A chart that can be zoomed and moved. Once the reader has moved it, new data does not move it. */
export function ChartPane({
  width,
  height,
  children,
}: {
  readonly width: number;
  readonly height: number;
  readonly children: ComponentChildren;
}) {
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
  const drag = useRef<{ x: number; y: number; left: number; top: number } | undefined>(undefined);
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
          drag.current = { x: event.clientX, y: event.clientY, left, top };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (!from) return;
          event.currentTarget.scrollTo(
            from.left - (event.clientX - from.x),
            from.top - (event.clientY - from.y),
          );
        }}
        onPointerUp={() => {
          drag.current = undefined;
        }}
      >
        <div class="chart-size" style={{ width: `${width * scale}px`, height: `${height * scale}px` }}>
          <div style={{ transform: `scale(${scale})`, transformOrigin: '0 0' }}>{children}</div>
        </div>
      </section>
      <div class="chart-tools">
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

/** The whole width, and the height as long as the text can be read. */
function fitOf(paneWidth: number, paneHeight: number, width: number, height: number): number {
  const room = 24;
  const byWidth = (paneWidth - room) / width;
  const byHeight = (paneHeight - room) / height;
  return Math.max(0.3, Math.min(1, byWidth, Math.max(byHeight, 0.72)));
}

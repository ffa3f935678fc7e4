import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualRowsProps {
  readonly count: number;
  readonly rowHeight: number;
  readonly label: string;
  readonly class?: string;
  /** The row that is chosen: it is kept in view when it changes. */
  readonly current?: number | undefined;
  readonly onCurrent?: (index: number) => void;
  readonly onOpen?: (index: number) => void;
  /** Called when the last rows come into view. */
  readonly onEnd?: () => void;
  readonly scrollRef?: RefObject<HTMLDivElement>;
  readonly onScroll?: (top: number) => void;
  readonly row: (index: number) => ComponentChildren;
}

/** Brings a row into view. The place and size are those that were observed: to ask the browser would lay out the page at once. */
function show(
  element: HTMLElement,
  {
    scrollOffset,
    scrollRect,
  }: Pick<Virtualizer<HTMLDivElement, HTMLDivElement>, 'scrollOffset' | 'scrollRect'>,
  top: number,
  height: number,
): void {
  if (scrollOffset === null || scrollRect === null) return;
  if (top < scrollOffset) element.scrollTop = top;
  else if (top + height > scrollOffset + scrollRect.height)
    element.scrollTop = top + height - scrollRect.height;
}

/** Rows of one height, of which only those in view are in the page. */
export function VirtualRows(props: VirtualRowsProps) {
  const { count, rowHeight, current, onEnd } = props;
  const own = useRef<HTMLDivElement>(null);
  const element = props.scrollRef ?? own;
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const options = {
    count,
    estimateSize: () => rowHeight,
    getScrollElement: () => element.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: 12,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && last >= count - 1) onEnd();
  }, [last, count, onEnd]);
  useEffect(() => {
    if (current !== undefined && current >= 0 && element.current)
      show(element.current, virtualizer, current * rowHeight, rowHeight);
  }, [current, virtualizer, rowHeight, element]);
  const move = (event: KeyboardEvent) => {
    const { onCurrent, onOpen } = props;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 20,
      PageUp: -20,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step !== undefined && onCurrent) {
      event.preventDefault();
      onCurrent(Math.max(0, Math.min(count - 1, (current ?? -1) + step)));
    } else if (
      event.key === 'Enter' &&
      onOpen &&
      current !== undefined &&
      event.target === event.currentTarget
    ) {
      onOpen(current);
    }
  };
  return (
    <section
      ref={element}
      class={`rows ${props.class ?? ''}`}
      aria-label={props.label}
      tabIndex={0}
      onKeyDown={move}
      onScroll={(event) => props.onScroll?.(event.currentTarget.scrollTop)}
    >
      <div class="rows-height" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {items.map(({ index, start }) => (
          <div
            key={index}
            class={index === current ? 'row current' : 'row'}
            style={{ height: `${rowHeight}px`, transform: `translateY(${start}px)` }}
          >
            {props.row(index)}
          </div>
        ))}
      </div>
    </section>
  );
}

import type { RowKind } from './drawing.ts';
import type { Tone } from './model.ts';

/** Icons as SVG paths in a square of 12 pixels, drawn with a stroke of 1.3 and round ends, without a fill. */
export const rowIcons: Readonly<Record<RowKind, string>> = {
  invoke:
    'M6 3.6a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 1 0 0-4.8M6 1v1.6M6 9.4V11M1 6h1.6M9.4 6H11M2.5 2.5l1.1 1.1M8.4 8.4l1.1 1.1M2.5 9.5l1.1-1.1M8.4 3.6l1.1-1.1',
  entry: 'M1.5 6h6.5M5.5 3.5L8 6L5.5 8.5M10.5 2v8',
  exit: 'M1.5 2v8M4 6h6.5M8 3.5L10.5 6L8 8.5',
  stay: 'M2 8.5h8M6 2v3.5M4.2 4L6 5.8L7.8 4',
  reenter: 'M9.8 4.2A4.2 4.2 0 1 0 10.2 6.4M9.9 1.6v2.7H7.2',
  descend: 'M2.5 1.5v4a2.5 2.5 0 0 0 2.5 2.5h5M7.6 5.4L10.2 8L7.6 10.6',
  retry: 'M2.2 4.2A4.2 4.2 0 1 1 1.8 6.4M2.1 1.6v2.7h2.7',
};

/** Beside the words of an edge, for the tones that have one. */
export const toneIcons: Readonly<Partial<Record<Tone, string>>> = {
  done: 'M2 6.4L4.8 9.2L10 3.2',
  error: 'M2.8 2.8L9.2 9.2M9.2 2.8L2.8 9.2',
  after: 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M6 3.6V6l1.8 1.2',
  snapshot: 'M6 2.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7',
};

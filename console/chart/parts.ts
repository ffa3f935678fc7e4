import type { RowKind } from './drawing.ts';
import type { EdgeId, NodeId, NodeKind, Tone } from './model.ts';
import type { SizedText } from './textWidths.ts';

/** The things that are drawn, with their sizes and without their places. */
export interface Contents {
  readonly root: NodeId;
  /** Every group before what is in it. */
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
}

export interface Block {
  readonly id: NodeId;
  readonly kind: NodeKind | 'initial';
  readonly parent?: NodeId;
  readonly children: readonly NodeId[];
  readonly title: SizedText;
  readonly note?: SizedText;
  readonly rows: readonly BlockRow[];
  /** The least width, and the height of title and rows. */
  readonly width: number;
  readonly header: number;
  readonly isRegion: boolean;
}

export interface BlockRow {
  readonly kind: RowKind;
  readonly text: SizedText;
  readonly tone: Tone;
  readonly edges: readonly EdgeId[];
  readonly targets: readonly NodeId[];
}

export interface Link {
  readonly id: string;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly tone: Tone;
  readonly lines: readonly LinkLine[];
  readonly edges: readonly EdgeId[];
}

export interface LinkLine {
  readonly text: SizedText;
  readonly tone: Tone;
  readonly edge: EdgeId;
}

/** Measures of the drawing, in pixels. */
export const measures = {
  padding: 10,
  titleHeight: 28,
  rowHeight: 16,
  /** From the left border of a row to its text: its icon is before it. */
  rowText: 28,
  icon: 12,
  lineHeight: 14,
  labelPadding: 4,
  leastWidth: 70,
  widestTitle: 240,
  widestRow: 240,
  widestLabel: 190,
  initial: 10,
  history: 26,
} as const;

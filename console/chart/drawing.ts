import type { EdgeId, NodeId, NodeKind, Tone } from './model.ts';

/**
 * A chart that is ready to be drawn, as SVG or as HTML: every box, line and text has its place. Plain JSON. The unit is the
 * CSS pixel, the origin the upper left corner, and all places are absolute. Draw in this order: nodes, edges, labels, then
 * titles and rows again, where an edge crosses a group.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** The way in which it was laid out: each next one stands in where the one before takes too long. */
  readonly layout: LayoutQuality;
  /** Every group before what is in it. */
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/**
 * `straight`: the happy path is a straight line. `plain`: it need not be. `unlabelled`: edges have no labels; show their
 * `lines` when the reader points at them. `outline`: states are indented lines, and edges are not drawn.
 */
export type LayoutQuality = 'straight' | 'plain' | 'unlabelled' | 'outline';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * One line of text. `x` is its start and `y` its baseline. `width` is what it takes by the chart's own table of widths: give
 * it to SVG as `textLength`, so that the text fits whichever font is at hand.
 */
export interface DrawnText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly font: Font;
  /** The whole text, where `text` is cut short. */
  readonly full?: string;
}

/** `title`: 13 px, weight 600. `row`: 11 px, weight 500. `badge`: 10 px, weight 700. */
export type Font = 'title' | 'row' | 'badge';

export interface DrawnNode {
  /** The chart's node; for the dot before an initial state, `<id of its parent>::initial`. */
  readonly id: NodeId;
  readonly kind: NodeKind | 'initial';
  readonly parent?: NodeId;
  readonly children: readonly NodeId[];
  readonly box: Box;
  /** Height of title and rows: for a group, the states in it begin below. */
  readonly header: number;
  /** A region of a parallel state: its border is dashed. */
  readonly isRegion: boolean;
  readonly title: DrawnText;
  /** Beside the title, in the font of rows: `parallel`, or the type of an Amazon States Language state. */
  readonly note?: DrawnText;
  readonly rows: readonly DrawnRow[];
}

/** A line inside a node. */
export interface DrawnRow {
  readonly kind: RowKind;
  /** Upper left corner of its icon, 12 px square ({@link icons}). */
  readonly icon: Point;
  readonly text: DrawnText;
  readonly tone: Tone;
  /** The transitions that it stands for: mark it where one of them is taken. */
  readonly edges: readonly EdgeId[];
  /** For `descend`: where it leads. */
  readonly targets: readonly NodeId[];
}

/**
 * `invoke`: runs an actor. `entry`, `exit`: actions. `stay`: a transition that stays. `reenter`: one that leaves the state and
 * enters it again. `descend`: one to a state inside or around it, or in an outline to any other. `retry`: a retry.
 */
export type RowKind = 'invoke' | 'entry' | 'exit' | 'stay' | 'reenter' | 'descend' | 'retry';

/** All transitions from one node to another, as one line. */
export interface DrawnEdge {
  /** `source>target`. */
  readonly id: string;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly tone: Tone;
  /** From the border of its source to the border of its target, in horizontal and vertical parts. Empty in an outline. */
  readonly points: readonly Point[];
  /** One for each transition, in the order of the source. Empty where the edge needs no words. */
  readonly lines: readonly DrawnLine[];
  /** The box around its lines. Absent where nothing is shown. */
  readonly label?: Box;
  /** The transitions that it stands for. */
  readonly edges: readonly EdgeId[];
}

export interface DrawnLine {
  readonly text: DrawnText;
  /** Upper left corner of the icon of its tone, 12 px square: `done`, `error`, `after` and `snapshot` have one. */
  readonly icon?: Point;
  readonly tone: Tone;
  readonly edge: EdgeId;
}

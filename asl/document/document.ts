import type { Json } from '../json.ts';
import type { Position, Positions } from './positions.ts';

/** A definition's text, read. */
export interface Document {
  /** Undefined where the text cannot be read. */
  readonly value: Json | undefined;
  readonly positions: Positions;
  readonly faults: readonly SyntaxFault[];
}

/** The problems of the text itself. */
export interface SyntaxFault {
  readonly message: string;
  readonly position: Position;
  readonly pointer: string;
}

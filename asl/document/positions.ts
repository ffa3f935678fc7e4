/** Where a part of a document begins. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Positions of the parts of a document, by JSON Pointer. */
export type Positions = ReadonlyMap<string, Position>;

/** Turns places in a text into lines and columns. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  at(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

/** The position of a part, or of the innermost part around it that is there. */
export function positionOf(positions: Positions, pointer: string): Position | undefined {
  for (let path = pointer === '/' ? '' : pointer; ; path = path.slice(0, path.lastIndexOf('/'))) {
    const position = positions.get(path);
    if (position !== undefined || path === '') return position;
  }
}

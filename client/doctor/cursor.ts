import { cursorOf, InvalidCursorError, placesOf } from '../../orchestrator/table/cursor.ts';

/** How far each segment of the table was looked through. */
export interface ScanPosition {
  readonly segments: number;
  /** By segment: where to go on. Absent: at its beginning. Null: it is done. */
  readonly at: readonly (string | null | undefined)[];
}

export function encodePosition({ segments, at }: ScanPosition): string {
  return cursorOf([
    segments,
    Array.from({ length: segments }, (_, i) => at[i] ?? (at[i] === null ? null : '')),
  ]);
}

/** @throws InvalidCursorError */
export function decodePosition(cursor: string): ScanPosition {
  const [segments, at] = placesOf(cursor);
  if (!Number.isInteger(segments) || !Array.isArray(at) || at.length !== segments || at.length === 0) {
    throw new InvalidCursorError();
  }
  const places = at.map((each: unknown) => {
    if (each === null || each === '') return each === null ? null : undefined;
    if (typeof each === 'string') return each;
    throw new InvalidCursorError();
  });
  return { segments: places.length, at: places };
}

import { InvalidCursorError } from '../../orchestrator/table/indexQueries.ts';

/** How far each segment of the table was looked through. */
export interface ScanPosition {
  readonly segments: number;
  /** By segment: where to go on. Absent: at its beginning. Null: it is done. */
  readonly at: readonly (string | null | undefined)[];
}

export function encodePosition({ segments, at }: ScanPosition): string {
  const text = JSON.stringify([
    segments,
    Array.from({ length: segments }, (_, i) => at[i] ?? (at[i] === null ? null : '')),
  ]);
  return Buffer.from(text).toString('base64url');
}

/** @throws InvalidCursorError */
export function decodePosition(cursor: string): ScanPosition {
  const [segments, at] = parsed(cursor);
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

function parsed(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidCursorError();
}

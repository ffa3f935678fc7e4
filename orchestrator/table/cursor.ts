import { MillraceError } from '../core/errors/millraceError.ts';

/** Thrown for a cursor that no list has answered with. */
export class InvalidCursorError extends MillraceError {
  override readonly code = 'InvalidCursor';
  override readonly name = 'InvalidCursorError';
  constructor() {
    super('The cursor is not one that a list answered with: leave it out to begin at the first page.');
  }
}

/** A place in a list as text that a caller hands back unchanged. */
export function cursorOf(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The reverse of {@link cursorOf}.
 *
 * @throws InvalidCursorError where the text holds no JSON
 */
export function placeOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidCursorError();
  }
}

/** @throws InvalidCursorError */
export function placesOf(cursor: string): readonly unknown[] {
  const places = placeOf(cursor);
  if (Array.isArray(places)) return places;
  throw new InvalidCursorError();
}

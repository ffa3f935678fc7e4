import { shown } from '../data/shown.ts';
import { MillraceError } from '../errors/millraceError.ts';

/**
 * A length of time: a number of milliseconds, or a number with a unit, as in `'30s'`, `'15m'`, `'24h'`, `'7d'`.
 */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Thrown when a duration is not a number of milliseconds or a number with a unit, from nothing to ten years. */
export class InvalidDurationError extends MillraceError {
  override readonly code = 'InvalidDuration';
  override readonly name = 'InvalidDurationError';
  constructor(value: unknown) {
    super(
      `${shown(value)} is not a duration of at most ten years: write milliseconds as a number, or '30s', '15m', '24h', '7d'.`,
    );
  }
}

/** Ten years: longer is taken for a mistake of units. */
const longestMs = 3650 * 86_400_000;

/** Whether it looks like one; whether it is one, {@link durationMs} says. */
export function isDuration(value: unknown): value is Duration {
  return typeof value === 'number' || typeof value === 'string';
}

/** @throws InvalidDurationError */
export function durationMs(duration: Duration): number {
  // A list of one text would read as that text.
  if (!isDuration(duration)) throw new InvalidDurationError(duration);
  const ms = typeof duration === 'number' ? Math.round(duration) : parse(duration);
  if (!(ms >= 0 && ms <= longestMs)) throw new InvalidDurationError(duration);
  return ms;
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const unit = unitMs[match?.[2] ?? ''];
  return unit === undefined ? Number.NaN : Math.round(Number(match?.[1]) * unit);
}

/**
 * The last moment that is stored. It lies within the year 9999, so that every time has four digits of a year and sorts as
 * text, and before the moment that stands for "never" in the index.
 */
export const latestTime = 253_402_300_000_000;
/** The first: the year 0 in ISO 8601. */
const earliestTime = -62_167_219_200_000;

/** A clock's time, as it is stored: a whole number of milliseconds since the epoch that ISO 8601 can write. */
export function storedTime(ms: number): number {
  if (Number.isNaN(ms)) throw new RangeError('A clock or a delay returned NaN instead of a time.');
  return Math.min(Math.max(Math.floor(ms), earliestTime), latestTime);
}

/** The moment so much later, or the last that is stored. Less than nothing is nothing, as for `setTimeout`. */
export function timeAfter(moment: number, delayMs: number): number {
  return Math.min(moment + Math.max(0, delayMs), latestTime);
}

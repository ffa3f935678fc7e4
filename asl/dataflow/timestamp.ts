import type { Json } from '../json.ts';

const format = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since the epoch of an ISO 8601 timestamp with an offset; undefined for anything else. */
export function instantOf(value: Json): number | undefined {
  if (typeof value !== 'string' || !format.test(value)) return undefined;
  const instant = Date.parse(value);
  return Number.isNaN(instant) || !isOfCalendar(value) ? undefined : instant;
}

/** JavaScript takes the 30th of February for the first days of March. */
function isOfCalendar(value: string): boolean {
  const date = value.slice(0, 10);
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

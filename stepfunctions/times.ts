/** Seconds since the epoch, with milliseconds as the fraction: as the API has times. */
export function seconds(ms: number): number {
  return ms / 1000;
}

/** The same of an ISO 8601 time. */
export function secondsOf(time: string): number {
  return seconds(Date.parse(time));
}

const unitMs = { W: 604_800_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1000 } as const;

/** Weeks and days are accepted behind the `T` as well, as many examples of workflows have them. */
const isoDuration =
  /^P(?=.*\d)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * The milliseconds of an ISO 8601 duration such as `PT15M` or `P2W`; undefined where the text is none. Years and months
 * are not lengths of time by themselves.
 */
export function isoDurationMs(text: string): number | undefined {
  const match = isoDuration.exec(text);
  if (!match) return undefined;
  const units = [unitMs.W, unitMs.D, unitMs.W, unitMs.D, unitMs.H, unitMs.M, unitMs.S];
  return units.reduce((ms, unit, index) => ms + Math.round(Number(match[index + 1] ?? 0) * unit), 0);
}

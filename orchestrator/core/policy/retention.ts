/**
 * How long data is kept. Each item and object carries its expiry from the moment it is written, because a later change
 * would cost a write for each of them. An execution that lives long enough for that to matter has its data renewed.
 */
export interface Retention {
  /** From the writing of an item, or its renewal, to its expiry. */
  readonly keptMs: number;
  /** A live execution has its data renewed this long after its start or its last renewal. */
  readonly renewedAfterMs: number;
  /** Expiries of one execution may differ by this much: one that lives no longer needs no renewal at all. */
  readonly toleranceMs: number;
  /** A renewal of a live execution that is repeated skips what it has postponed within this time, and so comes to its end. */
  readonly skippedMs: number;
  /** From the end of an execution: until then a redrive finds all that it needs. */
  readonly redrivableMs: number;
}

const dayMs = 86_400_000;
const longestToleranceMs = 3 * dayMs;

/** Nothing expires. */
export const keptForEver: Retention = {
  keptMs: Number.POSITIVE_INFINITY,
  renewedAfterMs: Number.POSITIVE_INFINITY,
  toleranceMs: Number.POSITIVE_INFINITY,
  skippedMs: Number.POSITIVE_INFINITY,
  redrivableMs: Number.POSITIVE_INFINITY,
};

/** @param days 0 or absent: data is kept for ever */
export function retentionOf(days: number | undefined): Retention | undefined {
  return days ? keptFor(days) : undefined;
}

export function keptFor(days: number): Retention {
  const keptMs = days * dayMs;
  const toleranceMs = Math.min(keptMs / 30, longestToleranceMs);
  return {
    keptMs,
    renewedAfterMs: keptMs / 2,
    toleranceMs,
    skippedMs: keptMs / 8,
    // The data expires a tolerance before `keptMs` at the earliest, and a redriven execution needs time to renew it.
    redrivableMs: keptMs - 2 * toleranceMs,
  };
}

import type { Json } from '../data/json.ts';
import { maximumConcurrency } from './eachOptions.ts';

/** The limits of a list that can be changed while it is worked on. */
export interface ListLimits {
  /** Items that are worked on at the same time. 0, for a part of a list, until others have ended. */
  readonly concurrency: number;
  /** Items that may fail. */
  readonly tolerated: number;
}

/** Undefined where the numbers cannot be limits. */
export function listLimitsOf(
  concurrency: Json | undefined,
  tolerated: Json | undefined,
): ListLimits | undefined {
  if (!isCount(concurrency) || concurrency > maximumConcurrency) return undefined;
  return isCount(tolerated) ? { concurrency, tolerated } : undefined;
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

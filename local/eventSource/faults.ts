import { seededRandom } from '../../testing/seededRandom.ts';
import { InvalidFaultError } from '../faults.ts';
import type { EventSourceFaultCounts } from './metrics.ts';

/**
 * Faults between the stream and the function, each as a probability from 0 to 1: what Lambda's event
 * source may do at any time. All are drawn from one generator.
 */
export interface EventSourceFaults {
  readonly seed: number;
  /** A delivered record comes once more, after a part of `maximumDelayMs`. */
  readonly duplicateRecord?: number;
  /** A delivered batch comes once more at once, as if its success had been lost. */
  readonly duplicateBatch?: number;
  /**
   * A record is held back for a part of `maximumDelayMs`, so that records of other items overtake it. Those of the same
   * item wait behind it.
   */
  readonly delay?: number;
  /** @default 2000 */
  readonly maximumDelayMs?: number;
}

export interface EventSourceFaultDraws {
  /** Whether records can be held back at all. */
  readonly delays: boolean;
  /** After how many milliseconds the record comes again, if it does. */
  duplicateRecord(): number | undefined;
  duplicateBatch(): boolean;
  /** For how many milliseconds the record is held back. */
  delayMs(): number;
  /** While they are off nothing is drawn. They are on at first. */
  setEnabled(enabled: boolean): void;
  counts(): EventSourceFaultCounts;
}

/**
 * @throws InvalidFaultError for a probability outside 0 to 1
 */
export function drawEventSourceFaults(faults: EventSourceFaults): EventSourceFaultDraws {
  for (const fault of ['duplicateRecord', 'duplicateBatch', 'delay'] as const) {
    const probability = faults[fault] ?? 0;
    if (!(probability >= 0 && probability <= 1)) {
      throw new InvalidFaultError(`Fault "${fault}" is ${probability}: give a probability from 0 to 1.`);
    }
  }
  const random = seededRandom(faults.seed);
  const maximumDelayMs = faults.maximumDelayMs ?? 2000;
  const counts: EventSourceFaultCounts = { duplicateRecord: 0, duplicateBatch: 0, delay: 0 };
  let enabled = true;
  const happens = (fault: keyof EventSourceFaultCounts): boolean => {
    const probability = faults[fault] ?? 0;
    if (!enabled || probability === 0 || random() >= probability) return false;
    counts[fault] += 1;
    return true;
  };

  return {
    delays: (faults.delay ?? 0) > 0,
    duplicateRecord: () => (happens('duplicateRecord') ? random() * maximumDelayMs : undefined),
    duplicateBatch: () => happens('duplicateBatch'),
    delayMs: () => (happens('delay') ? random() * maximumDelayMs : 0),
    setEnabled(value) {
      enabled = value;
    },
    counts: () => ({ ...counts }),
  };
}

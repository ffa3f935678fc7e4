import { defineWorker } from 'millrace/workers';

export interface MeasureInput {
  readonly number: number;
}

export interface Measured extends MeasureInput {
  readonly size: number;
}

/** Fails with 1% of the items: with half of these once, and with the other half for good. */
export const handler = defineWorker(({ number }: MeasureInput, { attempt }): Measured => {
  const isFaulty = number % 100 === 99;
  const isFaultyForGood = number % 200 === 199;
  if (isFaultyForGood || (isFaulty && attempt === 1)) throw new Error(`Item ${number} cannot be measured.`);
  return { number, size: number % 1000 };
});

import { defineWorker } from 'millrace/workers';
import { type ChargeInput, charge } from '../../../workers/examples/charge.ts';
import { tallied } from './tally/tally.ts';

export const handler = defineWorker((input: ChargeInput, task) =>
  tallied('charge', task, () => charge(input, task)),
);

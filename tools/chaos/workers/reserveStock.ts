import { defineWorker } from 'millrace/workers';
import { type ReserveStockInput, reserveStock } from '../../../workers/examples/reserveStock.ts';
import { tallied } from './tally/tally.ts';

export const handler = defineWorker((input: ReserveStockInput, task) =>
  tallied('reserveStock', task, () => reserveStock(input)),
);

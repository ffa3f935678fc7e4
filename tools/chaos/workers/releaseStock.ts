import { defineWorker } from 'millrace/workers';
import { releaseStock } from '../../../workers/examples/releaseStock.ts';
import type { Reservation } from '../../../workers/examples/reserveStock.ts';
import { tallied } from './tally/tally.ts';

export const handler = defineWorker((input: Reservation, task) =>
  tallied('releaseStock', task, () => releaseStock(input)),
);

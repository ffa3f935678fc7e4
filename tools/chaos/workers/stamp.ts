import { defineWorker } from 'millrace/workers';
import { tallied } from './tally/tally.ts';

export const handler = defineWorker((input: number, task) => tallied('stamp', task, () => input));

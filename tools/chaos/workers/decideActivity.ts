import { defineWorker } from 'millrace/workers';
import { type DecideActivityInput, decideActivity } from '../../../workers/examples/decideActivity.ts';
import { tallied } from './tally/tally.ts';

export const handler = defineWorker((input: DecideActivityInput, task) =>
  tallied('decideActivity', task, () => decideActivity(input)),
);

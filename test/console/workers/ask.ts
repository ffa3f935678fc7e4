import { defineWorker } from '../../../workers/index.ts';

/** The question goes to a person: the result comes later. */
export const handler = defineWorker(() => undefined);

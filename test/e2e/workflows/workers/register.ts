import { defineWorker, type Task } from 'millrace/workers';

class BusyError extends Error {
  override readonly name = 'Busy';
}

/** Is busy at first, so that the task is tried again. */
export const handler = defineWorker(({ name }: { readonly name: string }, { attempt }: Task) => {
  if (attempt === 1) throw new BusyError('The desk is busy.');
  return { file: `file of ${name}`, attempt };
});

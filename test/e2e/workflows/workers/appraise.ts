import { defineWorker } from 'millrace/workers';

/** A plain Lambda worker: what a thing is worth. */
export const handler = defineWorker(({ title }: { readonly title: string }) => ({
  cents: title.length * 100,
}));

import { defineWorker } from 'millrace/workers';

export interface Pages {
  readonly pages: string;
}

export const handler = defineWorker(({ pages }: Pages): Pages => ({ pages: `${pages} (annotated)` }));

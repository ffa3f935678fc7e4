import { defineWorker } from 'millrace/workers';

export interface WeighInput {
  readonly contents: readonly string[];
}

export interface Weight {
  readonly grams: number;
}

export const handler = defineWorker(({ contents }: WeighInput): Weight => ({ grams: contents.length * 250 }));

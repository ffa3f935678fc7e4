import { defineWorker } from 'millrace/workers';

export interface AddInput {
  readonly to: number;
}

export const handler = defineWorker(({ to }: AddInput) => to + 1);

import { defineWorker } from '../../../workers/index.ts';

export const handler = defineWorker(
  ({ city, price }: { city: string; price: number }) => `${city} for ${price}`,
);

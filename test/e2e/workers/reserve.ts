import { defineWorker } from '../../../workers/index.ts';

export const handler = defineWorker(({ city }: { city: string }) => city.length * 10);

import { defineWorker } from '../../../workers/index.ts';

export function add({ to }: { to: number }): number {
  return to + 1;
}

export const handler = defineWorker(add);

import { defineWorker } from 'millrace/workers';

export interface ResizeInput {
  readonly number: number;
  readonly isUnreadable: boolean;
}

export interface Size {
  readonly width: number;
}

class UnreadableImage extends Error {}

export const handler = defineWorker(({ number, isUnreadable }: ResizeInput, { attempt, index }): Size => {
  if (isUnreadable || (number === 3 && attempt === 1)) throw new UnreadableImage(`image ${index}`);
  return { width: 100 + number };
});

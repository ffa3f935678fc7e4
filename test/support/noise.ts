import { seededRandom } from '../../testing/seededRandom.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Text of which gzip takes off a quarter, and no more. The same seed gives the same text. */
export function noise(length: number, seed = 1): string {
  const random = seededRandom(seed);
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

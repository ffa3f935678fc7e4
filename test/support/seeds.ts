/** Seeds from 1: a third of them in `npm test`, all of them in `npm run test:long`. */
export function seeds(count: number): readonly number[] {
  const length = process.env.MILLRACE_TESTS === 'long' ? count : Math.ceil(count / 3);
  return Array.from({ length }, (_, i) => i + 1);
}

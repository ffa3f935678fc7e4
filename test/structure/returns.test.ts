import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundleTraced } from './callTrace.mjs';

const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const mostReturns = 24;

/** Calls into a file that the reader had left before. */
function returns(files: readonly string[]): number {
  const left = new Set<string>();
  let count = 0;
  for (const [place, file] of files.entries()) {
    const before = files[place - 1];
    if (file === before) continue;
    if (before !== undefined) left.add(before);
    if (left.has(file)) count++;
  }
  return count;
}

it('counts each call into a file that was left before', () => {
  expect(returns(['a', 'a', 'b', 'a', 'c', 'a', 'b'])).toBe(3);
});

/**
 * Who reads how an entry passes through `advance` should seldom have to go back to a file. Counted over the calls that one
 * entry really makes, the result of a task with which the next task starts. Fields that are read count as no calls.
 */
it('an entry that passes through advance seldom returns to a file that it had left', async () => {
  await mkdir(cache, { recursive: true });
  const directory = await mkdtemp(join(cache, 'traced-'));
  try {
    const entry = fileURLToPath(new URL('./tracedEntry.ts', import.meta.url));
    const { filesOfOneEntry } = await import(await bundleTraced(entry, join(directory, 'traced.mjs')));
    const files: readonly string[] = filesOfOneEntry();
    expect(new Set(files).size).toBeGreaterThan(10);
    expect(returns(files)).toBeLessThanOrEqual(mostReturns);
  } finally {
    await rm(directory, { recursive: true });
  }
});

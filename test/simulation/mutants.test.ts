import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import mutants from './mutants.json' with { type: 'json' };

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

/** `npm run simulate -- --mutants` shows that each is found. */
describe('the mutants of the orchestrator', () => {
  it.each(mutants)('$mutation: has one place in $file, and can be built', async ({ file, find, replace }) => {
    const source = await read(`../../orchestrator/${file}`);
    expect(source.split(find)).toHaveLength(2);
    await transform(
      source.replace(find, () => replace),
      { loader: 'ts' },
    );
  });

  it('break a mechanism of every invariant, and are listed in the page of reliability', async () => {
    const page = await read('../../docs/reliability.md');
    expect(mutants.filter(({ mutation }) => !page.includes(mutation))).toEqual([]);
    const invariants = new Set(mutants.map(({ invariant }) => invariant));
    expect([...invariants].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

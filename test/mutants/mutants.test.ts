import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import mutants from './mutants.json' with { type: 'json' };

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

/** `npm run mutants` shows that each is caught. */
describe('the mutants of the core and of chains', () => {
  it.each(mutants)('$mutation: has one place in $file', async ({ file, find }) => {
    const source = await read(`../../orchestrator/core/machine/${file}`);
    expect(source.split(find)).toHaveLength(2);
  });

  it('are more than ten, each told in the page of reliability', async () => {
    const page = await read('../../docs/reliability.md');
    expect(mutants.length).toBeGreaterThan(10);
    expect(mutants.filter(({ mutation }) => !page.includes(mutation))).toEqual([]);
  });
});

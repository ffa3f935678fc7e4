import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const readme = () => readFile(`${repository}orchestrator/core/README.md`, 'utf8');

it("names, in the core's README, only files that there are", async () => {
  const text = await readme();
  const paths = [...text.matchAll(/`((?:test|execution|machine)\/[\w./-]+)`/g)].map(([, path = '']) =>
    path.startsWith('test/') ? path : `orchestrator/core/${path}`,
  );
  expect(paths.length).toBeGreaterThan(25);
  expect(paths.filter((path) => !existsSync(`${repository}${path}`))).toEqual([]);
});

it('names a test for each invariant, which names the invariant', async () => {
  const rows = [...(await readme()).matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  for (const [, number = '', tests = ''] of rows) {
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    const texts = await Promise.all(paths.map((path) => readFile(`${repository}${path}`, 'utf8')));
    const names = new RegExp(`[Ii]nvariants? [\\d, and]*\\b${number}\\b|InvariantError\\(\\s*${number},`);
    expect(
      texts.some((text) => names.test(text)),
      `invariant ${number}`,
    ).toBe(true);
  }
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryDirectory } from './codeBlocks.ts';

interface Row {
  readonly feature: string;
  readonly kind: string;
  /** The path of the test, below test/core/machine, or below test for a scenario and for infra; without its ending. */
  readonly file: string;
  readonly name: string;
}

const page = await readFile(join(repositoryDirectory, 'docs/reference/xstate.md'), 'utf8');
const rows = page.split('\n').flatMap((line): Row[] => {
  const cells = /^\| (.+?) \| (.*?) \| ?(.*?) ?\| (.+) \|$/.exec(line);
  if (!cells || cells[1] === 'feature') return [];
  const [, feature = '', kind = '', , test = ''] = cells;
  const [, file = '', name = ''] = /^`([\w/]+)` (.+)$/.exec(test) ?? [];
  return [{ feature, kind, file, name }];
});

/** Every string of a test's source that could be a name, of a test or of a row of one. */
async function namesIn(file: string): Promise<ReadonlySet<string>> {
  const folder = /^(?:scenario|infra|workers)\//.test(file) ? 'test' : 'test/core/machine';
  const source = await readFile(join(repositoryDirectory, folder, `${file}.test.ts`), 'utf8');
  const strings = source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
  return new Set(
    [...strings].map(([, single, double, template]) => unescaped(single ?? double ?? template ?? '')),
  );
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

describe('the table of XState features', () => {
  it('says of each feature whether it is durable, refused or different', () => {
    expect(rows.length).toBeGreaterThan(80);
    expect(rows.filter(({ kind }) => !['durable', 'refused', 'differs'].includes(kind))).toEqual([]);
  });

  it('names a test for each, that is there', async () => {
    const files = [...new Set(rows.map(({ file }) => file))];
    const names = new Map(await Promise.all(files.map(async (file) => [file, await namesIn(file)] as const)));
    expect(rows.filter(({ file, name }) => name === '' || !names.get(file)?.has(name))).toEqual([]);
  });
});

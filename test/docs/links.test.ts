import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryDirectory } from './codeBlocks.ts';

const docs = await readdir(join(repositoryDirectory, 'docs'), { recursive: true });
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...docs.filter((path) => path.endsWith('.md')).map((path) => join('docs', path)),
];

const read = (page: string) => readFile(join(repositoryDirectory, page), 'utf8');

/** Links of a page outside of code, to files of this repository. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('every link leads somewhere', () => {
  it.each(pages)('%s', async (page) => {
    const broken: string[] = [];
    for (const link of linksOf(await read(page))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      const isThere = await access(join(repositoryDirectory, target)).then(
        () => true,
        () => false,
      );
      const hasAnchor = anchor === undefined || (isThere && anchorsOf(await read(target)).includes(anchor));
      if (!isThere || !hasAnchor) broken.push(link);
    }
    expect(broken).toEqual([]);
  });
});

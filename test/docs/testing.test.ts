import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

const page = 'docs/testing.md';
const blocks = await codeBlocksOf(page);
const tests = blocks.filter(({ language }) => language === 'ts');

let reader: ReaderDirectory;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  for (const path of ['machines/loan.ts', 'workers/examples']) {
    await cp(join(repositoryDirectory, path), join(reader.path, path), { recursive: true });
  }
  for (const { marks, text } of tests) await reader.write(marks.get('file') ?? '', text);
});
afterAll(() => reader.remove());

describe('the page on testing, as it is printed', () => {
  it.each(tests.map((block, i) => ({ block, after: blocks[blocks.indexOf(block) + 1], number: i + 1 })))(
    'has a test file that does what is said of it: $number',
    async ({ block, after }) => {
      const { exitCode, stdout } = await reader.run(`node ${block.marks.get('file')}`, {});
      if (block.marks.has('fails')) {
        expect(exitCode).toBe(1);
        const lines = (text: string) => text.split('\n').map((line) => line.trim());
        expect(lines(stdout)).toEqual(expect.arrayContaining(lines(after?.text ?? 'no output is shown')));
      } else {
        expect({ exitCode, stdout: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, stdout: '' });
      }
    },
    60_000,
  );

  it('compiles', async () => {
    expect(await reader.compile(['test', 'machines', 'workers'])).toEqual({ exitCode: 0, output: '' });
  }, 60_000);
});

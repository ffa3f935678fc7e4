import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocksOf } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

const blocks = (await codeBlocksOf('docs/recipes.md')).map(({ marks, text }) => ({
  file: marks.get('file') ?? '',
  text,
}));
const tests = blocks.filter(({ file }) => file.startsWith('test/'));

let reader: ReaderDirectory;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  for (const { file, text } of blocks) await reader.write(file, text);
});
afterAll(() => reader.remove());

describe('the recipes', () => {
  it.each(tests)(
    '$file passes',
    async ({ file }) => {
      const { exitCode, stdout } = await reader.run(`node ${file}`, {});
      expect({ exitCode, stdout: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, stdout: '' });
    },
    60_000,
  );

  it('each have a machine and a test', () => {
    const named = (folder: string) =>
      blocks.flatMap(({ file }) => new RegExp(`^${folder}/(\\w+)\\.`).exec(file)?.[1] ?? []);
    expect(named('test')).toEqual(named('machines'));
    expect(named('test').length).toBeGreaterThan(4);
  });

  it('compile', async () => {
    expect(await reader.compile(['test', 'machines'])).toEqual({ exitCode: 0, output: '' });
  }, 60_000);
});

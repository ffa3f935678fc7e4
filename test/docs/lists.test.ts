import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { codeBlocksOf } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

const blocks = await codeBlocksOf('docs/lists.md');

let reader: ReaderDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  await reader.writeFilesOf('docs/lists.md');
  cloud = await startLocalCloud({
    machinesDirectory: join(reader.path, 'machines'),
    workersDirectory: join(reader.path, 'workers'),
  });
  const store = fileURLToPath(cloud.environment.MILLRACE_STORE ?? '');
  for (const { marks, text } of blocks) {
    const key = marks.get('store');
    if (key === undefined) continue;
    await mkdir(dirname(join(store, key)), { recursive: true });
    await writeFile(join(store, key), `${text}\n`);
  }
});
afterAll(async () => {
  await cloud?.stop();
  await reader.remove();
});

describe('the page on lists', () => {
  const runs = blocks.filter(({ marks }) => marks.has('run'));
  it.each(runs.map((block) => [block.text.split('\n').at(-1) ?? '', block] as const))(
    'shows what comes of: %s',
    async (_, block) => {
      let printed = '';
      for (const line of block.text.split('\n')) {
        const { exitCode, stdout, stderr } = await reader.run(line.replace(/^\$ /, ''), cloud.environment);
        expect({ line, exitCode, stderr }).toEqual({ line, exitCode: 0, stderr: '' });
        printed += stdout;
      }
      const shown = blocks[blocks.indexOf(block) + 1];
      expect(shown?.marks.has('output')).toBe(true);
      for (const line of shown?.text.split('\n') ?? []) expect(printed).toContain(line);
    },
    60_000,
  );

  it('runs something', () => {
    expect(runs).not.toEqual([]);
  });
});

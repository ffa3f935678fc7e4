import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDevFile } from '../../cli/cloud/devFile.ts';
import { createProject } from '../../cli/init/createProject.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { type CodeBlock, codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

const page = 'docs/guide.md';
const blocks = await codeBlocksOf(page);

let reader: ReaderDirectory;
let cloud: LocalCloud | undefined;
let isChanged = false;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
});
afterAll(async () => {
  await cloud?.stop();
  await reader.remove();
});

describe('the guide, followed as it is printed', () => {
  for (const [number, block] of blocks.entries()) {
    const where = `${page}:${block.line}`;
    const file = block.marks.get('file');
    if (file !== undefined) {
      it(`${where} ${file}`, async () => {
        await reader.write(file, block.text);
        isChanged = true;
      });
    } else if (block.marks.has('init')) {
      it(`${where} ${block.text.split('\n')[0]}`, async () => {
        await createProject(reader.path);
        await reader.install();
      });
    } else if (block.marks.has('dev')) {
      it(`${where} ${block.text}`, async () => {
        const directories = {
          machinesDirectory: reader.at('machines'),
          workersDirectory: reader.at('workers'),
        };
        cloud = await startLocalCloud(directories);
        const { tableName, environment } = cloud;
        const { machinesDirectory } = directories;
        await writeDevFile(reader.path, { pid: process.pid, tableName, environment, machinesDirectory });
        isChanged = false;
      });
    } else if (block.marks.has('run')) {
      const next = blocks[number + 1];
      const output = next?.marks.has('output') ? next.text : '';
      it(`${where} ${block.text.split('\n').at(-1)}`, () => follow(block, output), 60_000);
    }
  }

  it('leaves no block out', () => {
    const kinds = ['init', 'file', 'dev', 'run', 'output'];
    const others = blocks.filter(({ marks }) => !kinds.some((kind) => marks.has(kind)));
    expect(others.map(({ text }) => text)).toEqual([]);
  });
});

/** Runs a block's lines. The page shows what they print, times and ids apart. */
async function follow(block: CodeBlock, output: string): Promise<void> {
  if (!cloud) throw new Error('The page runs a command before it starts a cloud.');
  const { environment } = cloud;
  // What `dev` does when it sees a change.
  if (isChanged) await cloud.reload();
  isChanged = false;
  const lines = block.text.split('\n');
  const printed: string[] = [];
  for (const [i, line] of lines.entries()) {
    const isLast = i === lines.length - 1;
    const until = isLast ? (block.marks.get('until') ?? '') : '';
    const { exitCode, stdout, stderr } = await eventually(
      () => reader.run(line, environment),
      (result) => result.stdout.includes(until),
      { what: line },
    );
    expect({ line, exitCode, stderr }).toEqual({
      line,
      exitCode: isLast ? Number(block.marks.get('exit') ?? 0) : 0,
      stderr: '',
    });
    printed.push(stdout);
  }
  expect(comparable(printed.join('\n'))).toBe(comparable(output));
}

/** Times, random ids and the width of columns differ from one run to the next. */
function comparable(text: string): string {
  return (
    text
      .trim()
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, 'TIME')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/at .*\((\S+)\)$/gm, 'at $1')
      .replaceAll(`${reader.path}/`, '')
      // Installed, Millrace's own frames are in node_modules, and not shown.
      .replaceAll(new RegExp(`^ *at .*${repositoryDirectory}.*\\n`, 'gm'), '')
      .replaceAll(/[ \t]+/g, ' ')
      .replaceAll(/ $/gm, '')
  );
}

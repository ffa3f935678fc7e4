import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCode } from '../../infra/bundle/build.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

let directory: TemporaryDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  directory = await temporaryDirectory();
  cloud = await startLocalCloud({
    machinesDirectory: join(repository, 'machines'),
    workersDirectory: join(repository, 'workers'),
  });
});
afterAll(async () => {
  await cloud.stop();
  await directory.remove();
});

describe('docs/reference/client.md', () => {
  it('has examples that, run as one program, print what they say', async () => {
    const text = await readFile(join(repository, 'docs/reference/client.md'), 'utf8');
    const program = [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] ?? '').join('\n');
    const expected = [...program.matchAll(/\/\/ prints: (.*)/g)].map((match) => match[1]);
    expect(expected.length).toBeGreaterThan(3);

    const file = join(directory.path, 'example.mjs');
    const stdin = {
      contents: program,
      resolveDir: repository,
      sourcefile: 'client.md.ts',
      loader: 'ts',
    } as const;
    const { outputFiles } = await buildCode({ stdin, outfile: file }, false);
    await writeFile(file, outputFiles.find(({ path }) => path === file)?.contents ?? '');
    const { stdout } = await promisify(execFile)(process.execPath, [file], {
      env: { PATH: process.env.PATH, ...cloud.environment },
      timeout: 60_000,
    });
    expect(stdout.trim().split('\n')).toEqual(expected);
  }, 90_000);
});

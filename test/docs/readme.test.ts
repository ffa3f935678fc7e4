import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { repositoryDirectory } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

let reader: ReaderDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  for (const directory of ['machines/order', 'workers/examples']) {
    await cp(join(repositoryDirectory, directory), join(reader.path, directory), { recursive: true });
  }
  await reader.writeFilesOf('README.md');
  cloud = await startLocalCloud({
    machinesDirectory: join(reader.path, 'machines'),
    workersDirectory: join(reader.path, 'workers/examples'),
  });
});
afterAll(async () => {
  await cloud?.stop();
  await reader.remove();
});

describe('the README', () => {
  it('shows a machine that runs, and its start and status by DynamoDB alone', async () => {
    const { exitCode, stdout, stderr } = await reader.run('node start.mjs', cloud.environment);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'SUCCEEDED paid\n', stderr: '' });
  }, 60_000);
});

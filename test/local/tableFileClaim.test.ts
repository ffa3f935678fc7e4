import { symlink } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LocalDynamoDB } from '../../local/dynamodb/engine.ts';
import { LocalCloudRunningError } from '../../local/index.ts';
import { type Started, startKeptEngine } from '../../local/startEngine.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';

let directory: TemporaryDirectory;
const started: Started = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await stop();
  await directory.remove();
});

function start(dataFile: string): Promise<LocalDynamoDB> {
  const directories = { machinesDirectory: directory.path, workersDirectory: directory.path };
  return startKeptEngine({ ...directories, dataFile }, () => {}, started);
}

async function stop(): Promise<void> {
  for (const end of started.splice(0).reverse()) await end();
}

it.each([
  ['the same path', 'table.db', 'table.db'],
  ['another path to it, before it is there', 'table.db', 'link/table.db'],
])('two local clouds never work on one kept table: by %s', async (_, first, second) => {
  await symlink(directory.path, `${directory.path}/link`);
  await start(`${directory.path}/${first}`);
  await expect(start(`${directory.path}/${second}`)).rejects.toThrow(LocalCloudRunningError);
});

it('two local clouds work on two kept tables', async () => {
  await start(`${directory.path}/a.db`);
  await start(`${directory.path}/b.db`);
});

it('a kept table is free again when its cloud has stopped', async () => {
  await start(`${directory.path}/table.db`);
  await stop();
  await start(`${directory.path}/table.db`);
});

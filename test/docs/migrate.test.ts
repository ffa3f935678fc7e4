import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { ReaderDirectory } from './readerDirectory.ts';

let reader: ReaderDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  await reader.writeFilesOf('docs/migrate.md');
  cloud = await startLocalCloud({
    machinesDirectory: `${reader.path}/machines`,
    workersDirectory: `${reader.path}/workers`,
    functionsDirectory: `${reader.path}/functions`,
    settings: { substitutions: JSON.parse(await readFile(`${reader.path}/local.json`, 'utf8')) },
  });
});
afterAll(async () => {
  await cloud?.stop();
  await reader.remove();
});

it('the definition of the page runs with the functions of the page', async () => {
  const { dynamodb, tableName } = cloud;
  const client = createClient({ dynamodb, tableName });
  await client.start('order', {
    executionId: 'o-1',
    input: { card: 'visa', amount: 20, parcels: ['a', 'b'] },
  });
  expect(await client.wait('o-1', { timeoutMs: 20_000 })).toMatchObject({
    status: 'SUCCEEDED',
    output: { payment: { receipt: 'visa-20' }, tracking: ['track-a', 'track-b'] },
  });
  await client.start('order', { executionId: 'o-2', input: { card: 'stolen', amount: 20, parcels: [] } });
  expect(await client.wait('o-2', { timeoutMs: 20_000 })).toMatchObject({
    status: 'FAILED',
    error: { name: 'Declined', message: 'The card was declined.' },
  });
});

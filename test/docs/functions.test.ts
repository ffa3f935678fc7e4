import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { ReaderDirectory } from './readerDirectory.ts';

let reader: ReaderDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  await reader.writeFilesOf('docs/functions.md');
  cloud = await startLocalCloud({
    machinesDirectory: `${reader.path}/machines`,
    workersDirectory: `${reader.path}/workers`,
    functionsDirectory: `${reader.path}/functions`,
    functionResults: 'BUS',
  });
});
afterAll(async () => {
  await cloud?.stop();
  await reader.remove();
});

it('the machine of the page has its work done by the function of the page', async () => {
  const { dynamodb, tableName } = cloud;
  const client = createClient({ dynamodb, tableName });
  await client.start('bill', { executionId: 'b-1', input: { amount: 100 } });
  expect(await client.wait('b-1', { timeoutMs: 20_000 })).toMatchObject({
    status: 'SUCCEEDED',
    output: { total: 121 },
  });
});

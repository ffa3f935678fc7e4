import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { type CodeBlock, codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';
import { ReaderDirectory } from './readerDirectory.ts';

const page = 'docs/reference/worker-contract.md';
const blocks = await codeBlocksOf(page);

function only(language: string, holds: (block: CodeBlock) => boolean): CodeBlock {
  const found = blocks.filter((block) => block.language === language && holds(block));
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`${page} has ${found.length} such ${language} blocks.`);
  return first;
}

const plainWorker = only('js', ({ text }) => text.includes('export async function handler'));
const payload = only('json', ({ text }) => text.includes('"idempotencyKey"'));
const machine = {
  id: 'invoicing',
  initial: 'invoicing',
  states: {
    invoicing: { invoke: { src: 'invoice', input: { gross: 12100 }, onDone: 'sent' } },
    sent: { type: 'final' },
  },
};
/** A worker that returns its own payload. */
const echo = `import { defineWorker } from 'millrace/workers';
const done = defineWorker(({ payload }) => payload);
export const handler = (payload) => done({ ...payload, input: { payload } });`;
const echoing = {
  id: 'echoing',
  initial: 'asking',
  states: { asking: { invoke: { src: 'echo', onDone: 'told' } }, told: { type: 'final' } },
};

let reader: ReaderDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  reader = await ReaderDirectory.create();
  await reader.write('machines/invoicing.json', JSON.stringify(machine));
  await reader.write('machines/echoing.json', JSON.stringify(echoing));
  await reader.write('workers/invoice.mjs', plainWorker.text);
  await reader.write('workers/echo.mjs', echo);
  cloud = await startLocalCloud({
    machinesDirectory: join(reader.path, 'machines'),
    workersDirectory: join(reader.path, 'workers'),
  });
});
afterAll(async () => {
  await cloud?.stop();
  await reader.remove();
});

/** Runs an execution to its end; answers the item that its worker wrote. */
async function resultOf(machineId: string): Promise<Record<string, unknown>> {
  const { dynamodb, tableName } = cloud;
  const client = createClient({ dynamodb, tableName });
  const { executionId } = await client.start(machineId, {});
  const { status } = await client.wait(executionId, { timeoutMs: 20_000, pollMs: 50 });
  expect(status).toBe('SUCCEEDED');
  const Key = { executionId: { S: executionId }, item: { S: 'task#0#1' } };
  const { Item = {} } = await dynamodb.send(new GetItemCommand({ TableName: tableName, Key }));
  return unmarshall(Item);
}

describe('the worker contract', () => {
  it('shows the plain worker that is in the repository', async () => {
    const file = await readFile(join(repositoryDirectory, 'workers/examples/plain.mjs'), 'utf8');
    expect(plainWorker.text.trim()).toBe(file.trim());
  });

  it('shows a worker that runs as it is printed', async () => {
    expect(await resultOf('invoicing')).toMatchObject({
      status: 'SUCCEEDED',
      output: { net: 10000, vat: 2100 },
    });
  });

  it('shows a payload that has the fields of a real one, of the same types', async () => {
    const { output } = await resultOf('echoing');
    const shape = (value: unknown) =>
      Object.fromEntries(
        Object.entries(value as object)
          .filter(([name]) => name !== 'input')
          .map(([name, field]) => [name, typeof field]),
      );
    expect(shape(JSON.parse(payload.text))).toEqual(shape(output));
  });
});

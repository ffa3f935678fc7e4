import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';

/** Answers each BatchGetItem with as many keys left as the test says. */
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function tableThatLeaves(left: (keys: object[], call: number) => object[]) {
  let calls = 0;
  const pauses: number[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { table } = JSON.parse(body).RequestItems;
      const unprocessed = left(table.Keys, ++calls);
      const UnprocessedKeys = unprocessed.length > 0 ? { table: { Keys: unprocessed } } : {};
      response.end(JSON.stringify({ Responses: { table: [] }, UnprocessedKeys }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = new DynamoDBTable({
    client,
    tableName: 'table',
    indexShards: 1,
    now: Date.now,
    sleep: async (ms) => pauses.push(ms),
  });
  const attempts = Array.from({ length: 150 }, (_, task) => ({ task, attempt: 1 }));
  const read = () => table.journal.readResults('e', attempts).finally(() => client.destroy());
  return { read, pauses, calls: () => calls };
}

test('keys that a batch read leaves are asked for again after a pause', async () => {
  const { read, pauses, calls } = await tableThatLeaves((keys, call) => (call === 1 ? keys.slice(60) : []));
  expect(await read()).toEqual([]);
  expect(calls()).toBe(2);
  expect(pauses).toEqual([50]);
});

test('where all keys are left, pauses grow, and after three seconds the read has failed', async () => {
  const { read, pauses, calls } = await tableThatLeaves((keys) => keys);
  await expect(read()).rejects.toMatchObject({ code: 'UnprocessedKeys' });
  expect(calls()).toBe(7);
  expect(pauses).toEqual([50, 100, 200, 400, 800, 1600]);
});

test('nothing pauses where nothing is left', async () => {
  const { read, pauses, calls } = await tableThatLeaves(() => []);
  await read();
  expect(calls()).toBe(2);
  expect(pauses).toEqual([]);
});

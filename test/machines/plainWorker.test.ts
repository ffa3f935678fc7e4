import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repositoryDirectory } from '../../cli/repository.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';

const path = join(repositoryDirectory(), 'workers/examples/plain.mjs');

interface PutItem {
  readonly TableName: string;
  readonly Item: Attributes;
  readonly ConditionExpression?: string;
}

/** Just enough of DynamoDB to see what a worker asks of it. */
let server: Server;
let puts: PutItem[];
let answer: { status: number; body: unknown };

beforeEach(async () => {
  puts = [];
  answer = { status: 200, body: {} };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    puts.push(JSON.parse(Buffer.concat(chunks).toString()) as PutItem);
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const payload: TaskPayload<{ gross: unknown }> = {
  table: 'millrace',
  executionId: 'i-1',
  item: 'task#0#1',
  task: 0,
  attempt: 1,
  worker: 'plain',
  machine: 'invoice',
  machineVersion: '1',
  // Far enough ahead: a worker whose deadline has passed does nothing.
  deadline: '2999-01-01T00:00:00.000Z',
  idempotencyKey: 'i-1#0',
  expiresAt: 1_803_030_000,
  input: { gross: 12_100 },
};

let imports = 0;

async function handle(event: unknown): Promise<void> {
  // A module of its own each time: its client keeps the endpoint it was made with.
  const module: unknown = await import(/* @vite-ignore */ `${pathToFileURL(path).href}?${imports++}`);
  await (module as { handler: (event: unknown) => Promise<void> }).handler(event);
}

describe('a worker without the SDK', () => {
  it('writes a result that the orchestrator reads', async () => {
    await handle(payload);
    expect(puts).toHaveLength(1);
    expect(puts[0]).toMatchObject({
      TableName: 'millrace',
      ConditionExpression: 'attribute_not_exists(executionId)',
      Item: { executionId: { S: 'i-1' }, expiresAt: { N: '1803030000' } },
    });
    expect(decodeJournalItem(puts[0]?.Item ?? {})).toMatchObject({
      kind: 'result',
      task: 0,
      attempt: 1,
      result: { status: 'SUCCEEDED', output: { net: 10_000, vat: 2_100 } },
    });
  });

  it('writes what its work throws as an error that the orchestrator reads', async () => {
    await handle({ ...payload, input: { gross: 'much' } });
    expect(decodeJournalItem(puts[0]?.Item ?? {})).toMatchObject({
      result: { status: 'FAILED', error: { name: 'TypeError', retryable: false } },
    });
  });

  it('is content when the attempt has a result already', async () => {
    answer = {
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' },
    };
    await expect(handle(payload)).resolves.toBeUndefined();
  });

  it('fails when the table does not take its item', async () => {
    answer = { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' } };
    await expect(handle(payload)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is printed in the reference as it is', async () => {
    const reference = await readFile(
      join(repositoryDirectory(), 'docs/reference/worker-contract.md'),
      'utf8',
    );
    expect(reference).toContain(`\`\`\`js\n${await readFile(path, 'utf8')}\`\`\``);
  });
});

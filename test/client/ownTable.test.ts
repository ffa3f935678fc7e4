import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let table: TestTable;

beforeAll(async () => {
  table = await startTestTable();
});

afterAll(() => table.stop());

/** A table that a user created by hand. */
async function clientOf(
  tableName: string,
  index?: { readonly partition: string; readonly sort: string },
): Promise<MillraceClient> {
  const { dynamodb } = table;
  const keys = ['executionId', 'item', ...(index ? [index.partition, index.sort] : [])];
  await dynamodb.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'executionId', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
      ...(index && {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'mr_index',
            KeySchema: [
              { AttributeName: index.partition, KeyType: 'HASH' },
              { AttributeName: index.sort, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    }),
  );
  return createClient({ dynamodb, tableName });
}

const calls: [string, (client: MillraceClient) => Promise<unknown>][] = [
  ['a list', (client) => client.list({})],
  ['a list of a machine in a status', (client) => client.list({ machine: 'order', status: 'RUNNING' })],
  ['the doctor', (client) => client.doctor({ isDryRun: true }).next()],
  ['waiting for many', (client) => client.waitForAll('order', ['order-17'], { timeoutMs: 0 })],
];

describe('a table without the index', () => {
  it('is named, with how to create the index, by every call that needs it', async () => {
    const client = await clientOf('without-index');
    for (const [, call] of calls) {
      await expect(call(client)).rejects.toMatchObject({
        code: 'IndexNotFound',
        message: expect.stringMatching(
          /'without-index' has no usable index 'mr_index'.*aws dynamodb update-table --table-name without-index .*mr_pk/,
        ),
      });
    }
  });

  it('takes starts, which are one write', async () => {
    const client = await clientOf('only-starts');
    await expect(client.start('order', { executionId: 'order-17' })).resolves.toMatchObject({ isNew: true });
  });

  it('is one, too, that has an index of that name with other keys', async () => {
    const client = await clientOf('other-keys', { partition: 'machine', sort: 'startedAt' });
    await expect(client.list({ machine: 'order', status: 'RUNNING' })).rejects.toMatchObject({
      code: 'IndexNotFound',
    });
  });
});

import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureTable } from '../../../local/dynamodb/createTable.ts';
import { type LocalDynamoDB, startEngine } from '../../../local/dynamodb/engine.ts';
import { describedTable } from './describedTable.ts';

let engine: LocalDynamoDB;
let client: DynamoDBClient;
const { tableName: TableName } = describedTable;

beforeAll(async () => {
  engine = await startEngine();
  client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});

afterEach(() => client.send(new DeleteTableCommand({ TableName })));

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

describe('The table of the deployment', () => {
  it('is created with keys, index, stream and expiry as described, paid per request', async () => {
    const { streamArn } = await ensureTable(client, describedTable);
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      LatestStreamArn: streamArn,
      KeySchema: [
        { AttributeName: 'executionId', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      GlobalSecondaryIndexes: [
        {
          IndexName: describedTable.index.indexName,
          IndexStatus: 'ACTIVE',
          KeySchema: [
            { AttributeName: 'mr_partition', KeyType: 'HASH' },
            { AttributeName: 'mr_sort', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE' },
        },
      ],
    });
    expect(Table?.GlobalSecondaryIndexes?.[0]?.Projection?.NonKeyAttributes?.toSorted()).toEqual([
      'machine',
      'status',
    ]);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: describedTable.timeToLiveAttribute,
    });
  });

  it('is left as it is when it exists', async () => {
    const created = await ensureTable(client, describedTable);
    expect(await ensureTable(client, describedTable)).toEqual(created);
  });

  it('is created once when several ask for it at once', async () => {
    const created = await Promise.all([1, 2, 3].map(() => ensureTable(client, describedTable)));
    expect(new Set(created.map(({ streamArn }) => streamArn)).size).toBe(1);
  });

  it('is refused when one of that name has other keys or no stream, with all that differs', async () => {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await expect(ensureTable(client, describedTable)).rejects.toMatchObject({
      code: 'TableMismatch',
      message: expect.stringMatching(
        /its key is id HASH.*index millrace-test-index is missing.*stream is missing/,
      ),
    });
  });
});

import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  type TableDescription as DescribedTable,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { AttributeDescription, TableDescription } from '../../infra/description.ts';
import { TableMismatchError } from './errors.ts';

const activeWithinSeconds = 60;

/**
 * Creates the table of the deployment with its index, stream and expiry, unless it exists, and waits until it can be
 * used.
 *
 * @throws TableMismatchError if a table of that name has other keys, another index or no such stream
 */
export async function ensureTable(
  client: DynamoDBClient,
  table: TableDescription,
): Promise<{ readonly streamArn: string }> {
  const described = (await describe(client, table.tableName)) ?? (await create(client, table));
  const streamArn = described.LatestStreamArn;
  const differences = differencesOf(table, described);
  if (streamArn === undefined || differences.length > 0) {
    throw new TableMismatchError(
      `The table ${table.tableName} exists and differs from the one that Millrace needs: ${differences.join('; ')}. ` +
        'Delete it, or choose another table name: Millrace then creates the table with its index and stream.',
    );
  }
  await ensureTimeToLive(client, table);
  return { streamArn };
}

async function describe(client: DynamoDBClient, tableName: string): Promise<DescribedTable | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function create(client: DynamoDBClient, table: TableDescription): Promise<DescribedTable> {
  try {
    await client.send(new CreateTableCommand(creation(table)));
  } catch (error) {
    // Another process is creating it: wait for that table.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: activeWithinSeconds, minDelay: 1 },
    { TableName: table.tableName },
  );
  const described = await describe(client, table.tableName);
  if (described === undefined) {
    throw new TableMismatchError(
      `Table ${table.tableName} was deleted while it was being created: try again.`,
    );
  }
  return described;
}

function creation(table: TableDescription): CreateTableCommandInput {
  return {
    TableName: table.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributeDefinitions(table),
    KeySchema: keySchema(table),
    GlobalSecondaryIndexes: [
      {
        IndexName: table.index.indexName,
        KeySchema: keySchema(table.index),
        Projection: {
          ProjectionType: table.index.nonKeyAttributes.length > 0 ? 'INCLUDE' : 'KEYS_ONLY',
          ...(table.index.nonKeyAttributes.length > 0 && {
            NonKeyAttributes: [...table.index.nonKeyAttributes],
          }),
        },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamViewType },
  };
}

interface Keys {
  readonly partitionKey: AttributeDescription;
  readonly sortKey: AttributeDescription;
}

function keySchema({ partitionKey, sortKey }: Keys): NonNullable<CreateTableCommandInput['KeySchema']> {
  return [
    { AttributeName: partitionKey.name, KeyType: 'HASH' },
    { AttributeName: sortKey.name, KeyType: 'RANGE' },
  ];
}

function attributeDefinitions({ partitionKey, sortKey, index }: TableDescription): AttributeDefinition[] {
  const types = new Map(
    [partitionKey, sortKey, index.partitionKey, index.sortKey].map(({ name, type }) => [name, type]),
  );
  return [...types].map(([name, type]) => ({ AttributeName: name, AttributeType: type }));
}

function differencesOf(table: TableDescription, described: DescribedTable): string[] {
  const index = described.GlobalSecondaryIndexes?.find(
    ({ IndexName }) => IndexName === table.index.indexName,
  );
  const differences: string[] = [];
  const expect = (what: string, expected: string, found: string): void => {
    if (expected !== found) differences.push(`${what} is ${found || 'missing'}, not ${expected}`);
  };
  expect('its key', keyText(keySchema(table)), keyText(described.KeySchema));
  expect(
    `the key of index ${table.index.indexName}`,
    keyText(keySchema(table.index)),
    keyText(index?.KeySchema),
  );
  expect(
    'its stream',
    table.streamViewType,
    described.StreamSpecification?.StreamEnabled ? (described.StreamSpecification.StreamViewType ?? '') : '',
  );
  return differences;
}

function keyText(schema: DescribedTable['KeySchema']): string {
  return (schema ?? []).map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
}

async function ensureTimeToLive(client: DynamoDBClient, table: TableDescription): Promise<void> {
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: table.tableName }),
  );
  const status = TimeToLiveDescription?.TimeToLiveStatus;
  if (status === 'ENABLED' || status === 'ENABLING') return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table.tableName,
      TimeToLiveSpecification: { AttributeName: table.timeToLiveAttribute, Enabled: true },
    }),
  );
}

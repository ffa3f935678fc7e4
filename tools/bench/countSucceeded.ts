import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { indexName, indexPartition } from '../../orchestrator/table/schema.ts';

/** Executions of a machine that have succeeded, by the index. */
export async function countSucceeded(
  client: DynamoDBClient,
  tableName: string,
  machine: string,
): Promise<number> {
  const shards = Array.from({ length: defaults.indexShards }, (_, shard) => shard);
  const partitions = shards.map((shard) => indexPartition.ended(machine, 'SUCCEEDED', shard));
  const counts = await Promise.all(partitions.map((partition) => countIn(client, tableName, partition)));
  return counts.reduce((sum, each) => sum + each, 0);
}

async function countIn(client: DynamoDBClient, tableName: string, partition: string): Promise<number> {
  const query = {
    TableName: tableName,
    IndexName: indexName,
    Select: 'COUNT',
    KeyConditionExpression: 'mr_pk = :partition',
    ExpressionAttributeValues: { ':partition': { S: partition } },
  } as const;
  let found = 0;
  for await (const { Count = 0 } of paginateQuery({ client }, query)) found += Count;
  return found;
}

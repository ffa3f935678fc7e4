import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDBStreamsClient, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { getRecords } from '../../local/eventSource/getRecords.ts';
import { listShards } from '../../local/eventSource/listShards.ts';

/** The largest item that was ever written of each kind (`execution`, `task#`, …), in bytes, from the table's stream. */
export async function largestItems(
  dynamodb: DynamoDBClient,
  streams: DynamoDBStreamsClient,
  tableName: string,
): Promise<Record<string, number>> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
  const streamArn = Table?.LatestStreamArn ?? '';
  const { signal } = new AbortController();
  const largest: Record<string, number> = {};
  for (const { shardId } of await listShards(streams, streamArn, signal)) {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    for (let iterator = ShardIterator; iterator !== undefined; ) {
      const { records, nextIterator } = await getRecords(streams, iterator, signal);
      // An open shard has no end: no records are its end for now.
      iterator = records.length === 0 ? undefined : nextIterator;
      for (const { dynamodb: record } of records) {
        const kind = kindOf(record.Keys.item?.S);
        largest[kind] = Math.max(largest[kind] ?? 0, sizeOf(record.NewImage ?? {}));
      }
    }
  }
  return largest;
}

function kindOf(sortKey: unknown): string {
  return typeof sortKey === 'string' ? (sortKey.split('#')[0] ?? '') : '';
}

/** As DynamoDB counts it, of attributes as they are on the wire. */
function sizeOf(image: Readonly<Record<string, Readonly<Record<string, unknown>>>>): number {
  return Object.entries(image).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value),
    0,
  );
}

function valueSize(value: Readonly<Record<string, unknown>>): number {
  const [[type, content] = ['NULL', true]] = Object.entries(value);
  if (type === 'S') return Buffer.byteLength(String(content));
  if (type === 'N') return Math.ceil(String(content).replace(/^-|\.|e.*$/g, '').length / 2) + 2;
  if (type === 'B') return Buffer.from(String(content), 'base64').length;
  if (type === 'L' && Array.isArray(content)) {
    return 3 + content.reduce((sum: number, item) => sum + 1 + valueSize(item), 0);
  }
  if (type === 'M' && typeof content === 'object' && content !== null) {
    const fields = Object.entries(content);
    return fields.reduce((sum, [name, item]) => sum + 1 + Buffer.byteLength(name) + valueSize(item), 3);
  }
  return 1;
}

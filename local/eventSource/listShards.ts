import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';

export interface ListedShard {
  readonly shardId: string;
  readonly parentShardId: string | undefined;
}

/** All shards of the stream, over as many pages as `DescribeStream` needs. */
export async function listShards(
  client: DynamoDBStreamsClient,
  streamArn: string,
  abortSignal: AbortSignal,
): Promise<readonly ListedShard[]> {
  const listed: ListedShard[] = [];
  let after: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({
        StreamArn: streamArn,
        ...(after !== undefined && { ExclusiveStartShardId: after }),
      }),
      { abortSignal },
    );
    for (const shard of StreamDescription?.Shards ?? []) listed.push(...listedShard(shard));
    after = StreamDescription?.LastEvaluatedShardId;
  } while (after !== undefined);
  return listed;
}

function listedShard({ ShardId, ParentShardId }: Shard): ListedShard[] {
  return ShardId === undefined ? [] : [{ shardId: ShardId, parentShardId: ParentShardId }];
}

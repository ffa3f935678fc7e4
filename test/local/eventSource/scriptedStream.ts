import { createServer, type Server } from 'node:http';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { StreamRecord } from '../../../local/eventSource/streamRecord.ts';

export interface ScriptedShard {
  readonly shardId: string;
  readonly parentShardId?: string;
  records: StreamRecord[];
  closed: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A stream over HTTP that does what the local engine cannot show: shards that split and close, trimming, errors. */
export class ScriptedStream {
  readonly arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/millrace/stream/2026-01-01T00:00:00.000';
  readonly shards: ScriptedShard[] = [];
  /** Shards on a page of DescribeStream. */
  pageSize = 100;
  /** Answered once each, before anything else, to calls of the operation. */
  readonly failures: { readonly operation: string; readonly type: string }[] = [];
  /** Each operation that was called, with its request. */
  readonly calls: { readonly operation: string; readonly request: Readonly<Record<string, string>> }[] = [];
  readonly client: DynamoDBStreamsClient;
  requestsInFlight = 0;
  readonly #server: Server;

  static async start(): Promise<ScriptedStream> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('No port.');
    return new ScriptedStream(server, address.port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.client = new DynamoDBStreamsClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    this.client.middlewareStack.add(
      (next) => async (input) => {
        this.requestsInFlight += 1;
        try {
          return await next(input);
        } finally {
          this.requestsInFlight -= 1;
        }
      },
      { step: 'initialize' },
    );
    server.on('request', async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const { status, body } = this.#answer(operation, JSON.parse(text));
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(body));
    });
  }

  shard(shardId: string, options: { parentShardId?: string; closed?: boolean } = {}): ScriptedShard {
    const { parentShardId, closed = false } = options;
    const shard = { shardId, records: [], closed, ...(parentShardId !== undefined && { parentShardId }) };
    this.shards.push(shard);
    return shard;
  }

  stop(): void {
    this.client.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(operation: string, request: Readonly<Record<string, string>>): Answer {
    this.calls.push({ operation, request });
    const failure = this.failures.findIndex((scripted) => scripted.operation === operation);
    const [failed] = failure === -1 ? [] : this.failures.splice(failure, 1);
    if (failed) return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${failed.type}` } };
    if (operation === 'DescribeStream') return { status: 200, body: this.#describe(request) };
    if (operation === 'GetShardIterator')
      return { status: 200, body: { ShardIterator: this.#iterator(request) } };
    return { status: 200, body: this.#records(request) };
  }

  #describe({ ExclusiveStartShardId }: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
    const start = this.shards.findIndex(({ shardId }) => shardId === ExclusiveStartShardId) + 1;
    const page = this.shards.slice(start, start + this.pageSize);
    const more = start + page.length < this.shards.length;
    return {
      StreamDescription: {
        Shards: page.map(({ shardId, parentShardId }) => ({
          ShardId: shardId,
          ParentShardId: parentShardId,
        })),
        LastEvaluatedShardId: more ? page.at(-1)?.shardId : undefined,
      },
    };
  }

  #iterator({ ShardId, SequenceNumber }: Readonly<Record<string, string>>): string {
    return JSON.stringify([ShardId, SequenceNumber ?? '0']);
  }

  #records({ ShardIterator, Limit }: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
    const [shardId, after]: [string, string] = JSON.parse(ShardIterator ?? '');
    const shard = this.shards.find((candidate) => candidate.shardId === shardId);
    const records = (shard?.records ?? [])
      .filter(({ dynamodb }) => BigInt(dynamodb.SequenceNumber) > BigInt(after))
      .slice(0, Number(Limit));
    const last = records.at(-1)?.dynamodb.SequenceNumber ?? after;
    const isRead = shard?.records.at(-1)?.dynamodb.SequenceNumber === last || shard?.records.length === 0;
    return {
      Records: records,
      ...(!(shard?.closed && isRead) && { NextShardIterator: JSON.stringify([shardId, last]) }),
    };
  }
}

/** The insertion of a journal item of an execution. */
export function insertion(
  sequenceNumber: string | number,
  executionId = 'order-1',
  item = `task#${sequenceNumber}#1`,
  output = 'y',
): StreamRecord {
  const keys = { executionId: { S: executionId }, item: { S: item } };
  return {
    eventID: `event-${sequenceNumber}`,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      Keys: keys,
      NewImage: { ...keys, output: { S: output } },
      SequenceNumber: String(sequenceNumber),
      SizeBytes: 100,
      StreamViewType: 'NEW_IMAGE',
      ApproximateCreationDateTime: 1_767_225_600,
    },
  };
}

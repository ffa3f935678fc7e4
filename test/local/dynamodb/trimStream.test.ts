import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import initSqlJs from 'sql.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureTable } from '../../../local/dynamodb/createTable.ts';
import { type LocalDynamoDB, startEngine } from '../../../local/dynamodb/engine.ts';
import { trimStream } from '../../../local/dynamodb/trimStream.ts';
import { describedTable } from './describedTable.ts';

const connection = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};
const twoDaysMs = 2 * 24 * 60 * 60 * 1000;

let directory: string;
let dataFile: string;
let checkpointFile: string;
const engines: LocalDynamoDB[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-trim-'));
  dataFile = join(directory, 'table.db');
  checkpointFile = `${dataFile}.stream.json`;
});

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

async function withEngine<Result>(
  work: (connected: {
    client: DynamoDBClient;
    streams: DynamoDBStreamsClient;
    streamArn: string;
  }) => Promise<Result>,
): Promise<Result> {
  const engine = await startEngine({ dataFile });
  engines.push(engine);
  const client = new DynamoDBClient({ ...connection, endpoint: engine.endpoint });
  const streams = new DynamoDBStreamsClient({ ...connection, endpoint: engine.endpoint });
  try {
    const { streamArn } = await ensureTable(client, describedTable);
    return await work({ client, streams, streamArn });
  } finally {
    client.destroy();
    streams.destroy();
    await engine.stop();
  }
}

async function put(client: DynamoDBClient, from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i++) {
    const Item = { executionId: { S: `e${i}` }, item: { S: 'start' } };
    await client.send(new PutItemCommand({ TableName: describedTable.tableName, Item }));
  }
}

/** Names of the executions in the stream, oldest first. */
async function streamed(streams: DynamoDBStreamsClient, StreamArn: string): Promise<string[]> {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId ?? '';
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator: ShardIterator ?? '' }));
  return Records.map((record) => record.dynamodb?.Keys?.executionId?.S ?? '');
}

/** Twenty records, of which so many were delivered. */
async function writeTwenty(delivered: number): Promise<void> {
  await withEngine(async ({ client, streams, streamArn }) => {
    await put(client, 1, 20);
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }));
    const shardId = StreamDescription?.Shards?.[0]?.ShardId ?? '';
    const shards = { [shardId]: String(delivered) };
    await writeFile(checkpointFile, JSON.stringify({ streamArn, shards }));
  });
}

const later = () => ({ dataFile, checkpointFile, now: Date.now() + twoDaysMs, worthwhileBytes: 0 });
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `e${from + i}`);

describe('the stream in a data file, before the engine opens it', () => {
  it('loses what was delivered and is older than a day; the engine goes on counting, and the table is whole', async () => {
    await writeTwenty(15);
    expect(await trimStream(later())).toBe(15);
    await withEngine(async ({ client, streams, streamArn }) => {
      expect(await streamed(streams, streamArn)).toEqual(ids(16, 20));
      await put(client, 21, 22);
      expect(await streamed(streams, streamArn)).toEqual(ids(16, 22));
      const { Count } = await client.send(new ScanCommand({ TableName: describedTable.tableName }));
      expect(Count).toBe(22);
    });
    expect(readdirSync(directory).sort()).toEqual(['table.db', 'table.db.stream.json']);
  });

  it('keeps its last record, so that sequence numbers do not start again', async () => {
    await writeTwenty(20);
    expect(await trimStream(later())).toBe(19);
    await withEngine(async ({ client }) => put(client, 21, 21));
    const sqlite = await initSqlJs();
    const database = new sqlite.Database(await readFile(dataFile));
    expect(database.exec('SELECT sequence_number FROM _stream_records ORDER BY id')[0]?.values).toEqual([
      ['20'],
      ['21'],
    ]);
    database.close();
  });

  it.each([
    ['is not a day old', () => ({ ...later(), now: Date.now() })],
    ['is in a small file, which is not worth the time', () => ({ ...later(), worthwhileBytes: 10_000_000 })],
    ['was not delivered', () => ({ ...later(), checkpointFile: join(directory, 'none.json') })],
  ])('keeps what %s', async (_, options) => {
    await writeTwenty(15);
    expect(await trimStream(options())).toBe(0);
    await withEngine(async ({ streams, streamArn }) => {
      expect(await streamed(streams, streamArn)).toEqual(ids(1, 20));
    });
  });

  it('is left as it is where another stream was delivered', async () => {
    await writeTwenty(15);
    const checkpoints = JSON.parse(await readFile(checkpointFile, 'utf8'));
    await writeFile(
      checkpointFile,
      JSON.stringify({ ...checkpoints, streamArn: `${checkpoints.streamArn}0` }),
    );
    expect(await trimStream(later())).toBe(0);
  });

  it('is left to the engine where one has not closed it', async () => {
    await writeTwenty(15);
    await writeFile(`${dataFile}-wal`, 'x');
    expect(await trimStream(later())).toBe(0);
    await rm(`${dataFile}-wal`);
  });
});

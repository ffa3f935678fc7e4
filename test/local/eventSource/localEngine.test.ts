import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureTable } from '../../../local/dynamodb/createTable.ts';
import { startEngine } from '../../../local/dynamodb/engine.ts';
import { type Checkpoints, fileCheckpoints } from '../../../local/eventSource/checkpoints.ts';
import { type EventSource, startEventSource } from '../../../local/eventSource/eventSource.ts';
import { describedTable } from '../dynamodb/describedTable.ts';
import { describedEventSource, ReceivingFunction } from './receivingFunction.ts';

const filters = [
  {
    eventName: ['INSERT'],
    dynamodb: { Keys: { item: { S: ['start', { prefix: 'task#' }, { prefix: 'event#' }] } } },
  },
];
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface LocalTable {
  readonly client: DynamoDBClient;
  readonly stop: () => Promise<void>;
  readonly feed: (orchestrator: ReceivingFunction, checkpoints?: Checkpoints) => EventSource;
}

async function startTable(dataFile?: string): Promise<LocalTable> {
  const engine = await startEngine(dataFile === undefined ? {} : { dataFile });
  const connection = {
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const client = new DynamoDBClient(connection);
  const streamsClient = new DynamoDBStreamsClient(connection);
  const { streamArn } = await ensureTable(client, describedTable);
  let source: EventSource | undefined;
  const stop = async (): Promise<void> => {
    await source?.stop();
    client.destroy();
    streamsClient.destroy();
    await engine.stop();
  };
  cleanUps.push(stop);
  return {
    client,
    stop,
    feed(orchestrator, checkpoints) {
      source = startEventSource({
        streamsClient,
        streamArn,
        eventSource: { ...describedEventSource, filters },
        invoke: orchestrator.invoke,
        ...(checkpoints && { checkpoints }),
      });
      return source;
    },
  };
}

/** 25 items a call, so that the items of a page and more are there soon. */
async function insert(client: DynamoDBClient, item: string, from: number, to: number): Promise<void> {
  for (let start = from; start <= to; start += 25) {
    const numbers = Array.from({ length: Math.min(25, to - start + 1) }, (_, index) => start + index);
    const puts = numbers.map((number) => ({
      PutRequest: { Item: { executionId: { S: `order-${number}` }, item: { S: item } } },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [describedTable.tableName]: puts } }));
  }
}

function executionsOf(orchestrator: ReceivingFunction): number[] {
  return orchestrator
    .records()
    .map(({ dynamodb }) => Number(String(dynamodb.Keys.executionId?.S).slice('order-'.length)));
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('The event source on the local engine', () => {
  it('delivers each journal item once, in order, over many pages, and nothing else', async () => {
    const { client, feed } = await startTable();
    const orchestrator = new ReceivingFunction();
    await insert(client, 'start', 1, 1300);
    await insert(client, 'execution', 1, 100);
    await insert(client, 'start', 1, 10); // Written over: MODIFY.
    const source = feed(orchestrator);
    await insert(client, 'task#1#1', 1301, 1500);
    await source.drained();
    expect(executionsOf(orchestrator)).toEqual(numbers(1, 1500));
    expect(source.metrics()).toMatchObject({
      recordsRead: 1610,
      recordsFiltered: 110,
      recordsDelivered: 1500,
    });
  });

  it("hands on the item's attributes as AttributeValue JSON, binary as base64, with the time in seconds", async () => {
    const { client, feed } = await startTable();
    const orchestrator = new ReceivingFunction();
    const output = {
      M: {
        amount: { N: '12.5' },
        paid: { BOOL: true },
        note: { NULL: true as const },
        lines: { L: [{ S: 'ä' }] },
      },
    };
    await client.send(
      new PutItemCommand({
        TableName: describedTable.tableName,
        Item: {
          executionId: { S: 'order-1' },
          item: { S: 'start' },
          output,
          bytes: { B: new Uint8Array([0, 1, 2, 255]) },
        },
      }),
    );
    await feed(orchestrator).drained();
    const [record] = orchestrator.records();
    expect(record).toMatchObject({ eventName: 'INSERT', eventSource: 'aws:dynamodb', eventVersion: '1.1' });
    expect(record?.eventSourceARN).toContain(`table/${describedTable.tableName}/stream/`);
    expect(record?.dynamodb).toMatchObject({
      Keys: { executionId: { S: 'order-1' }, item: { S: 'start' } },
      NewImage: { executionId: { S: 'order-1' }, item: { S: 'start' }, output, bytes: { B: 'AAEC/w==' } },
      StreamViewType: 'NEW_IMAGE',
    });
    expect(Math.abs((record?.dynamodb.ApproximateCreationDateTime ?? 0) - Date.now() / 1000)).toBeLessThan(
      60,
    );
  });

  it('is drained of what was there, while more is written', async () => {
    const { client, feed } = await startTable();
    const orchestrator = new ReceivingFunction();
    let writing = true;
    let written = 0;
    const writer = (async () => {
      for (; writing; written += 1) await insert(client, 'start', written + 1, written + 1);
    })();
    const source = feed(orchestrator);
    for (let round = 0; round < 5; round += 1) {
      const before = written;
      await source.drained();
      expect(executionsOf(orchestrator).length).toBeGreaterThanOrEqual(before);
    }
    writing = false;
    await writer;
  });

  it('goes on after a restart where the checkpoints say, in the stream that the data file kept', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-event-source-'));
    cleanUps.push(() => rm(directory, { recursive: true }));
    const dataFile = join(directory, 'data.sqlite');
    const checkpointFile = join(directory, 'checkpoints.json');

    const before = new ReceivingFunction();
    const first = await startTable(dataFile);
    await insert(first.client, 'start', 1, 30);
    await first.feed(before, fileCheckpoints(checkpointFile)).drained();
    await first.stop();

    const after = new ReceivingFunction();
    const second = await startTable(dataFile);
    await insert(second.client, 'start', 31, 40);
    await second.feed(after, fileCheckpoints(checkpointFile)).drained();
    await second.stop();
    expect(executionsOf(before)).toEqual(numbers(1, 30));
    expect(executionsOf(after)).toEqual(numbers(31, 40));

    const fromTheBeginning = new ReceivingFunction();
    const third = await startTable(dataFile);
    await third.feed(fromTheBeginning).drained();
    expect(executionsOf(fromTheBeginning)).toEqual(numbers(1, 40));
  });
});

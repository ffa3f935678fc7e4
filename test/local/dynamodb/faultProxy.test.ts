import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureTable } from '../../../local/dynamodb/createTable.ts';
import { type LocalDynamoDB, startEngine } from '../../../local/dynamodb/engine.ts';
import { startFaultProxy } from '../../../local/dynamodb/faultProxy.ts';
import {
  type DynamoDBFaultDraws,
  type DynamoDBFaultRule,
  drawDynamoDBFaults,
} from '../../../local/dynamodb/faults.ts';
import { ManualClock } from '../manualClock.ts';
import { describedTable } from './describedTable.ts';

const { tableName: TableName } = describedTable;
const key = { executionId: { S: 'order-1' }, item: { S: 'start' } };
const put = new PutItemCommand({ TableName, Item: key });
let engine: LocalDynamoDB;
let direct: DynamoDBClient;
const cleanUps: (() => Promise<void>)[] = [];

function clientOf(endpoint: string, maxAttempts = 1): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts,
  });
}

beforeAll(async () => {
  engine = await startEngine();
  direct = clientOf(engine.endpoint);
  await ensureTable(direct, describedTable);
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  await direct.send(new DeleteItemCommand({ TableName, Key: key }));
});

afterAll(async () => {
  direct.destroy();
  await engine.stop();
});

async function through(
  rules: DynamoDBFaultRule[],
  { clock, maxAttempts }: { clock?: ManualClock; maxAttempts?: number } = {},
): Promise<{ client: DynamoDBClient; faults: DynamoDBFaultDraws }> {
  const faults = drawDynamoDBFaults({ seed: 1, rules });
  const proxy = await startFaultProxy({ target: engine.endpoint, faults, ...(clock && { clock }) });
  const client = clientOf(proxy.endpoint, maxAttempts);
  cleanUps.push(async () => {
    client.destroy();
    await proxy.stop();
  });
  return { client, faults };
}

async function isWritten(): Promise<boolean> {
  return (await direct.send(new GetItemCommand({ TableName, Key: key }))).Item !== undefined;
}

describe('The fault proxy', () => {
  it('passes requests and answers on, errors of DynamoDB included', async () => {
    const { client } = await through([]);
    await client.send(put);
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'executionId = :id',
        ExpressionAttributeValues: { ':id': { S: 'order-1' } },
      }),
    );
    expect(Items).toEqual([key]);
    await expect(
      client.send(
        new PutItemCommand({
          TableName,
          Item: key,
          ConditionExpression: 'attribute_not_exists(executionId)',
        }),
      ),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  it.each(['ThrottlingException', 'ProvisionedThroughputExceededException'] as const)(
    'throttles with %s, and nothing is written',
    async (error) => {
      const { client, faults } = await through([{ fault: 'throttle', error, probability: 1 }]);
      await expect(client.send(put)).rejects.toMatchObject({
        name: error,
        $metadata: { httpStatusCode: 400 },
      });
      expect(await isWritten()).toBe(false);
      expect(faults.counts().throttle).toBe(1);
    },
  );

  it('is throttled in a way that the SDK tries again by itself', async () => {
    const { client, faults } = await through([{ fault: 'throttle', probability: 1 }], { maxAttempts: 2 });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(faults.counts().throttle).toBe(2);
  });

  it.each([
    ['dropAfterWrite', 'cut', true],
    ['dropAfterWrite', 'internalServerError', true],
    ['dropBeforeWrite', 'cut', false],
    ['dropBeforeWrite', 'internalServerError', false],
  ] as const)(
    '%s (%s): the caller gets an error, and the item is written: %s',
    async (fault, answer, written) => {
      const { client, faults } = await through([{ fault, answer, probability: 1 }]);
      const error = await client.send(put).catch((reason: Error) => reason);
      expect(error).toMatchObject(
        answer === 'cut' ? { code: 'ECONNRESET' } : { name: 'InternalServerError', $fault: 'server' },
      );
      expect(await isWritten()).toBe(written);
      expect(faults.counts()[fault]).toBe(1);
    },
  );

  it('delays a request, then lets it through', async () => {
    const clock = new ManualClock();
    const { client } = await through([{ fault: 'delay', minimumMs: 5000, maximumMs: 5000, probability: 1 }], {
      clock,
    });
    let answered = false;
    const sent = client.send(put).then(() => {
      answered = true;
    });
    await direct.send(new GetItemCommand({ TableName, Key: key }));
    clock.advance(4999);
    expect(await isWritten()).toBe(false);
    expect(answered).toBe(false);
    while (!answered) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sent;
    expect(await isWritten()).toBe(true);
  });

  it('refuses a single write because of a transaction on the item', async () => {
    const { client } = await through([{ fault: 'transactionConflict', probability: 1 }]);
    await expect(client.send(put)).rejects.toMatchObject({ name: 'TransactionConflictException' });
    expect(await isWritten()).toBe(false);
  });

  it('cancels a transaction for the conflict of one of its items, with a reason for each', async () => {
    const { client } = await through([{ fault: 'transactionConflict', probability: 1 }]);
    const items = [1, 2, 3].map((number) => ({
      Put: { TableName, Item: { executionId: { S: `order-${number}` }, item: { S: 'start' } } },
    }));
    const error = await client
      .send(new TransactWriteItemsCommand({ TransactItems: items }))
      .catch((reason: Error & { CancellationReasons?: { Code: string }[] }) => reason);
    expect(error).toMatchObject({ name: 'TransactionCanceledException' });
    const codes = 'CancellationReasons' in error ? error.CancellationReasons?.map(({ Code }) => Code) : [];
    expect(codes?.toSorted()).toEqual(['None', 'None', 'TransactionConflict']);
    expect(await isWritten()).toBe(false);
  });

  it('does nothing of this to other operations, or while it is switched off', async () => {
    const { client, faults } = await through([
      { fault: 'throttle', probability: 1, operations: ['Query'] },
      { fault: 'dropBeforeWrite', probability: 1 },
    ]);
    await client.send(new GetItemCommand({ TableName, Key: key }));
    faults.setEnabled(false);
    await client.send(put);
    faults.setEnabled(true);
    await expect(client.send(put)).rejects.toThrow();
    expect(faults.counts()).toMatchObject({ throttle: 0, dropBeforeWrite: 1 });
  });

  it('answers with an error when the engine cannot be reached', async () => {
    const log: string[] = [];
    const proxy = await startFaultProxy({
      target: 'http://127.0.0.1:1',
      faults: drawDynamoDBFaults({ seed: 1, rules: [] }),
      log: (line) => log.push(line),
    });
    const client = clientOf(proxy.endpoint);
    await expect(client.send(put)).rejects.toThrow();
    expect(log.join()).toContain('ECONNREFUSED');
    client.destroy();
    await proxy.stop();
  });
});

describe('Faults of DynamoDB', () => {
  const rules: DynamoDBFaultRule[] = [
    { fault: 'delay', probability: 0.3, minimumMs: 10, maximumMs: 20 },
    { fault: 'throttle', probability: 0.2 },
    { fault: 'dropAfterWrite', probability: 0.1 },
  ];
  const draw = (seed: number) => {
    const faults = drawDynamoDBFaults({ seed, rules });
    return Array.from({ length: 1000 }, () => faults.draw('PutItem'));
  };

  it('are the same for the same seed', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('are about as frequent as asked, and a delay comes on top of the others', () => {
    const drawn = draw(7);
    const count = (matches: (fault: (typeof drawn)[number]) => boolean): number =>
      drawn.filter(matches).length;
    expect(count(({ delayMs }) => delayMs > 0)).toBeGreaterThan(250);
    expect(count(({ delayMs }) => delayMs > 0)).toBeLessThan(350);
    expect(count(({ rule }) => rule?.fault === 'throttle')).toBeGreaterThan(150);
    expect(count(({ rule }) => rule?.fault === 'dropAfterWrite')).toBeGreaterThan(50);
    expect(count(({ delayMs, rule }) => delayMs > 0 && rule !== undefined)).toBeGreaterThan(30);
    expect(drawn.every(({ delayMs }) => delayMs === 0 || (delayMs >= 10 && delayMs <= 20))).toBe(true);
  });

  it('are refused with a probability or a delay that is none', () => {
    const invalid = expect.objectContaining({ code: 'InvalidFault' });
    expect(() => drawDynamoDBFaults({ seed: 1, rules: [{ fault: 'throttle', probability: -1 }] })).toThrow(
      invalid,
    );
    expect(() =>
      drawDynamoDBFaults({
        seed: 1,
        rules: [{ fault: 'delay', probability: 1, minimumMs: 2, maximumMs: 1 }],
      }),
    ).toThrow(invalid);
  });
});

import { randomBytes } from 'node:crypto';
import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, mailbox } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [claim, mailbox]);
});
afterAll(() => testTable.stop());

async function countItems(): Promise<number> {
  const { Count } = await testTable.dynamodb.send(
    new ScanCommand({ TableName: testTable.tableName, Select: 'COUNT' }),
  );
  return Count ?? 0;
}

describe('start', () => {
  it('writes one start item with one write unit and answers with the id', async () => {
    const before = deployment.consumed.length;
    const started = await deployment.client.start(claim, { executionId: 'c-1', input: { amount: 20 } });
    expect(started).toEqual({ executionId: 'c-1', isNew: true });
    const { Items } = await testTable.dynamodb.send(
      new QueryCommand({
        TableName: testTable.tableName,
        KeyConditionExpression: 'executionId = :id',
        ExpressionAttributeValues: { ':id': { S: 'c-1' } },
      }),
    );
    expect(Items).toEqual([
      {
        executionId: { S: 'c-1' },
        item: { S: 'start' },
        machine: { S: 'claim' },
        input: { M: { amount: { N: '20' } } },
        expiresAt: { N: String(deployment.now / 1000 + 90 * 86_400) },
      },
    ]);
    expect(deployment.consumed.slice(before)).toEqual([{ writeUnits: 1, readUnits: 0 }]);
  });

  it('makes an id where none is given', async () => {
    expect(await deployment.client.start('mailbox', {})).toEqual({ executionId: 'id-1', isNew: true });
  });

  it('needs no options for a machine without input, and none for the id of one', async () => {
    const first = await deployment.client.start('mailbox');
    const second = await deployment.client.start(mailbox);
    expect(first.isNew && second.isNew).toBe(true);
    expect(first.executionId).not.toBe(second.executionId);
  });

  it('is the same execution when the same start is made again', async () => {
    const start = { executionId: 'c-2', input: { amount: 1, notes: ['a'] }, version: '4' };
    expect(await deployment.client.start(claim, start)).toEqual({ executionId: 'c-2', isNew: true });
    expect(await deployment.client.start(claim, start)).toEqual({ executionId: 'c-2', isNew: false });
  });

  it.each([
    ['another input', claim, { executionId: 'c-3', input: { amount: 2 } }],
    ['another version', claim, { executionId: 'c-3', input: { amount: 1 }, version: '3' }],
    ['another machine', 'mailbox', { executionId: 'c-3', input: { amount: 1 } }],
  ])('refuses an id that is taken with %s', async (_, machine, start) => {
    await deployment.client.start(claim, { executionId: 'c-3', input: { amount: 1 } });
    await expect(deployment.client.start(machine, start)).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
      message: expect.stringContaining("'c-3'"),
    });
  });

  it.each([
    ['an empty id', 'InvalidExecutionId', { executionId: '' }],
    ['an id of 257 characters', 'InvalidExecutionId', { executionId: 'x'.repeat(257) }],
    ['an id with a dot', 'InvalidExecutionId', { executionId: 'a.1' }],
    ['an id with a hash', 'InvalidExecutionId', { executionId: 'a#1' }],
    ['an empty version', 'InvalidMachineId', { version: '' }],
    ['input with a BigInt', 'NotSerializable', { input: { list: [1n] } }],
    [
      'input over the limit of an item even when compressed',
      'ItemTooLarge',
      { input: randomBytes(500_000).toString('base64') },
    ],
  ])('refuses %s before anything is written', async (_, code, start) => {
    const before = await countItems();
    await expect(deployment.client.start('claim', start)).rejects.toMatchObject({ code });
    expect(await countItems()).toBe(before);
  });

  it('names the place of input that JSON would change', async () => {
    await expect(
      deployment.client.start('claim', { input: { list: [{ at: new Date(0) }] } }),
    ).rejects.toThrow('input.list[0].at is a Date');
  });

  it.each([
    ['an empty one', ''],
    ['one with a hash', 'a#b'],
    ['one of 257 characters', 'm'.repeat(257)],
  ])('refuses a machine id that cannot be: %s', async (_, machine) => {
    await expect(deployment.client.start(machine, {})).rejects.toMatchObject({ code: 'InvalidMachineId' });
  });
});

describe('startMany', () => {
  it('starts what a generator yields, no faster than its results are taken', async () => {
    let yielded = 0;
    function* starts() {
      for (let i = 0; i < 200; i++) {
        yielded++;
        yield { executionId: `many-${i}`, input: { amount: i } };
      }
    }
    const taken: string[] = [];
    for await (const { executionId, isNew } of deployment.client.startMany(claim, starts(), {
      concurrency: 8,
    })) {
      expect(isNew).toBe(true);
      taken.push(executionId);
      expect(yielded - taken.length).toBeLessThanOrEqual(8);
    }
    expect(new Set(taken).size).toBe(200);
  });

  it('stops at the first error, names the start, and can be run again to go on', async () => {
    const starts = [1, 2, 3].map((n) => ({ executionId: `bulk-${n}`, input: { amount: n } }));
    const bad = [
      ...starts.slice(0, 2),
      { executionId: 'bulk-bad', input: { amount: Number.NaN } },
      ...starts.slice(2),
    ];
    await expect(drain(deployment.client.startMany(claim, bad, { concurrency: 1 }))).rejects.toMatchObject({
      code: 'NotSerializable',
      message: expect.stringContaining('starts[2].input.amount'),
    });
    const again = await drain(deployment.client.startMany(claim, starts));
    expect(again.sort((a, b) => (a.executionId < b.executionId ? -1 : 1))).toEqual([
      { executionId: 'bulk-1', isNew: false },
      { executionId: 'bulk-2', isNew: false },
      { executionId: 'bulk-3', isNew: true },
    ]);
  });

  it('passes on what its source throws, after those under way', async () => {
    async function* starts() {
      yield { executionId: 'source-1', input: { amount: 1 } };
      throw new TypeError('the file ends here');
    }
    await expect(drain(deployment.client.startMany(claim, starts()))).rejects.toThrow('the file ends here');
    expect(await deployment.client.describe('source-1')).toMatchObject({ startPending: true });
  });

  it('starts no more when its results are taken no more', async () => {
    let closed = false;
    async function* starts() {
      try {
        for (let i = 0; ; i++) yield { executionId: `endless-${i}`, input: { amount: i } };
      } finally {
        closed = true;
      }
    }
    for await (const { executionId } of deployment.client.startMany(claim, starts(), { concurrency: 4 })) {
      if (executionId === 'endless-9') break;
    }
    expect(closed).toBe(true);
  });
});

async function drain<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
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

async function item(executionId: string, key: string) {
  const output = await testTable.dynamodb.send(
    new GetItemCommand({
      TableName: testTable.tableName,
      Key: { executionId: { S: executionId }, item: { S: key } },
    }),
  );
  return output.Item;
}

async function countItems(): Promise<number> {
  const output = await testTable.dynamodb.send(new ScanCommand({ TableName: testTable.tableName }));
  return output.Count ?? 0;
}

describe('send', () => {
  it('writes one event item, its fields in a map of their own, with one write unit', async () => {
    const before = deployment.consumed.length;
    const sent = await deployment.client.send('s-1', { type: 'APPROVE', by: 'Ada' }, { eventId: 'mail-7' });
    expect(sent).toEqual({ eventId: 'mail-7', isNew: true });
    expect(await item('s-1', 'event#mail-7')).toMatchObject({
      type: { S: 'APPROVE' },
      event: { M: { by: { S: 'Ada' } } },
      at: { S: '2026-03-01T12:00:00.000Z' },
    });
    expect(deployment.consumed.slice(before)).toEqual([{ writeUnits: 1, readUnits: 0 }]);
  });

  it('takes the first of two events with the same id', async () => {
    await deployment.client.send('s-2', { type: 'APPROVE', by: 'Ada' }, { eventId: 'one' });
    const second = await deployment.client.send('s-2', { type: 'REFUSE' }, { eventId: 'one' });
    expect(second).toEqual({ eventId: 'one', isNew: false });
    expect(await item('s-2', 'event#one')).toMatchObject({ type: { S: 'APPROVE' } });
  });

  it('may come before the start, and is applied after it', async () => {
    const { client } = deployment;
    await client.send('s-3', { type: 'CLOSE' });
    await client.start(mailbox, { executionId: 's-3' });
    await deployment.orchestrate('s-3');
    expect(await client.describe('s-3')).toMatchObject({ status: 'SUCCEEDED', state: 'closed' });
  });

  it.each([
    ['no type', 'InvalidEvent', { by: 'Ada' }],
    ['an empty type', 'InvalidEvent', { type: '' }],
    ['a type that is not a string', 'InvalidEvent', { type: 7 }],
    ["a type of XState's", 'ReservedEventType', { type: 'xstate.done.actor.0' }],
    ["a type of Millrace's", 'ReservedEventType', { type: 'millrace.stop' }],
    ['a field that is no JSON', 'NotSerializable', { type: 'APPROVE', at: new Date(0) }],
  ])('refuses an event with %s before anything is written', async (_, code, event) => {
    const before = await countItems();
    await expect(deployment.client.send('s-4', event as { type: string })).rejects.toMatchObject({ code });
    expect(await countItems()).toBe(before);
  });

  it.each(['', 'x'.repeat(257)])('refuses an event id that cannot be part of a key', async (eventId) => {
    await expect(deployment.client.send('s-4', { type: 'CLOSE' }, { eventId })).rejects.toMatchObject({
      code: 'InvalidEvent',
    });
  });
});

describe('stop', () => {
  it('ends an execution as ABORTED and keeps the cause in its history', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'stop-1', input: { amount: 1 } });
    await deployment.orchestrate('stop-1');
    await client.stop('stop-1', { cause: 'entered twice' });
    await deployment.orchestrate('stop-1');
    expect(await client.describe('stop-1')).toMatchObject({
      status: 'ABORTED',
      tasks: [{ worker: 'assess' }],
    });
    expect((await client.history('stop-1')).items.at(-1)).toMatchObject({
      kind: 'control',
      control: 'stop',
      cause: 'entered twice',
      verdict: { type: 'applied' },
    });
  });

  it('does not find what was never started', async () => {
    await expect(deployment.client.stop('stop-2')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });
});

describe('redrive', () => {
  it('lets an execution go on that waited for its machine for too long', async () => {
    const { client } = deployment;
    await client.start('later', { executionId: 'r-1' });
    await deployment.orchestrate('r-1');
    for (let wakes = 0; wakes < 20 && (await client.describe('r-1')).status === 'RUNNING'; wakes++) {
      deployment.now += 15_000;
      await deployment.wake('r-1');
    }
    expect(await client.describe('r-1')).toMatchObject({ status: 'PENDING_REDRIVE' });
    await client.redrive('r-1');
    await deployment.orchestrate('r-1');
    expect(await client.describe('r-1')).toMatchObject({ status: 'RUNNING' });
  });

  it('with a patch is refused, and nothing written, where what failed has no input', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'r-3' });
    await deployment.orchestrate('r-3');
    await client.stop('r-3');
    await deployment.orchestrate('r-3');
    const before = await countItems();
    await expect(client.redrive('r-3', { input: { to: 'Gent' } })).rejects.toMatchObject({
      code: 'InputPatchNotApplicable',
      message: expect.stringMatching(/no task of it has failed.*redrive it without/),
    });
    const many = { control: 'redrive', machine: mailbox, status: 'ABORTED', input: {} } as const;
    const outcomes: unknown[] = [];
    for await (const { executionId, outcome } of client.controlMany(many)) {
      outcomes.push([executionId, outcome]);
    }
    expect(outcomes).toEqual([['r-3', 'notApplicable']]);
    expect(await countItems()).toBe(before);
    await client.redrive('r-3');
    expect(await countItems()).toBe(before + 1);
  });

  it('refuses an execution that does not wait for it', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'r-2' });
    await expect(client.redrive('r-2')).rejects.toMatchObject({
      code: 'NotRedrivable',
      message: expect.stringMatching(
        /is RUNNING: only one that is FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE/,
      ),
    });
  });
});

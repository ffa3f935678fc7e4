import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

const machines = [claim, mailbox, quote];
let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, machines);
});
afterAll(() => testTable.stop());

async function history(executionId: string) {
  const entries = [];
  for await (const entry of deployment.client.historyAll(executionId, { machines })) entries.push(entry);
  return entries;
}

describe('inspect', () => {
  it('has what describe and history have, with what is pending, by one query', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'i-1', input: { amount: 9 } });
    await deployment.orchestrate('i-1');
    await deployment.succeed('i-1', 0, 'Ada');
    await client.send('i-1', { type: 'UNKNOWN' });
    await deployment.orchestrate('i-1');
    await client.send('i-1', { type: 'APPROVE', by: 'Bo' });
    deployment.consumed.length = 0;
    const { description, entries } = await client.inspect('i-1', { machines });
    expect(deployment.consumed).toHaveLength(1);
    expect(description).toEqual(await client.describe('i-1'));
    expect(entries).toEqual(await history('i-1'));
    expect(entries.map(({ verdict }) => verdict.type)).toEqual(['applied', 'applied', 'applied', 'pending']);
  });

  it('has a long history, older parts of the log included', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'i-2' });
    await deployment.orchestrate('i-2');
    const events = Array.from({ length: 400 }, (_, i) => i);
    for (const i of events)
      await client.send('i-2', { type: 'NOISE', i }, { eventId: `noise-${i}-${'x'.repeat(60)}` });
    await deployment.orchestrate('i-2');
    await client.send('i-2', { type: 'CLOSE' });
    const parts: (readonly unknown[])[] = [];
    const { entries } = await client.inspect('i-2', {
      machines,
      onPart: (part) => {
        expect(part).toMatchObject({ description: { executionId: 'i-2' }, total: 402 });
        parts.push(part.entries);
      },
    });
    expect(entries).toHaveLength(402);
    expect(entries).toEqual(await history('i-2'));
    expect(parts.map(({ length }) => length)).toEqual([250, 152]);
    expect(parts.flat()).toEqual(entries);
  });

  it('has the start of an execution that has not begun, and no other execution', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'i-3' });
    expect(await client.inspect('i-3')).toMatchObject({
      description: { startPending: true },
      entries: [{ kind: 'start', verdict: { type: 'pending' } }],
    });
    await expect(client.inspect('nowhere')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
    await expect(client.inspect('i-3', { machine: claim })).rejects.toMatchObject({
      code: 'DifferentMachine',
    });
  });
});

describe('version', () => {
  it('changes with every commit', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'v-1' });
    expect(await client.version('v-1')).toBeUndefined();
    await deployment.orchestrate('v-1');
    expect(await client.version('v-1')).toEqual({ status: 'RUNNING', version: 1 });
    await client.send('v-1', { type: 'CLOSE' });
    await deployment.orchestrate('v-1');
    expect(await client.version('v-1')).toEqual({ status: 'SUCCEEDED', version: 2 });
  });
});

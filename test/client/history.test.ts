import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [claim, mailbox, quote]);
});
afterAll(() => testTable.stop());

describe('history', () => {
  it('joins what was applied with the items it was made of, in order', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'h-1', input: { amount: 9 } });
    await deployment.orchestrate('h-1');
    deployment.now += 1_000;
    await deployment.succeed('h-1', 0, 'Ada');
    deployment.now += 1_000;
    await client.send('h-1', { type: 'APPROVE', by: 'Bo' }, { eventId: 'e1' });
    await deployment.orchestrate('h-1');
    const applied = { type: 'applied' };
    expect(await client.history('h-1')).toEqual([
      {
        number: 1,
        at: '2026-03-01T12:00:00.000Z',
        kind: 'start',
        reference: 'start',
        verdict: applied,
        input: { amount: 9 },
      },
      {
        number: 2,
        at: '2026-03-01T12:00:01.000Z',
        kind: 'result',
        reference: 'task#0#1',
        verdict: applied,
        task: 0,
        attempt: 1,
        worker: 'work',
        status: 'SUCCEEDED',
        output: 'Ada',
        writtenAt: '2026-03-01T12:00:01.000Z',
      },
      {
        number: 3,
        at: '2026-03-01T12:00:02.000Z',
        kind: 'event',
        reference: 'event#e1',
        verdict: applied,
        event: { type: 'APPROVE', by: 'Bo' },
        writtenAt: '2026-03-01T12:00:02.000Z',
      },
    ]);
  });

  it('shows what was ignored and why', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-2' });
    await deployment.table.insertEvent({
      executionId: 'h-2',
      eventId: 'forged',
      at: '2026-03-01T12:00:00.000Z',
      content: { type: 'xstate.stop' },
    });
    await deployment.orchestrate('h-2');
    await client.send('h-2', { type: 'CLOSE' }, { eventId: 'a' });
    await deployment.orchestrate('h-2');
    await client.send('h-2', { type: 'CLOSE' }, { eventId: 'b' });
    await deployment.orchestrate('h-2');
    expect((await client.history('h-2')).map(({ reference, verdict }) => [reference, verdict])).toEqual([
      ['start', { type: 'applied' }],
      ['event#forged', { type: 'ignored', reason: 'ReservedType' }],
      ['event#a', { type: 'applied' }],
      ['event#b', { type: 'ignored', reason: 'Ended' }],
    ]);
  });

  it('shows what is not applied yet as pending', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-3' });
    expect(await client.history('h-3')).toEqual([
      { number: 1, kind: 'start', reference: 'start', verdict: { type: 'pending' } },
    ]);
    await deployment.orchestrate('h-3');
    await client.send('h-3', { type: 'CLOSE' }, { eventId: 'x' });
    expect((await client.history('h-3')).at(-1)).toMatchObject({
      number: 2,
      kind: 'event',
      event: { type: 'CLOSE' },
      verdict: { type: 'pending' },
    });
  });

  it('shows failed attempts, and the wakes that timed out', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: 'h-4', input: { price: 1 } });
    await deployment.orchestrate('h-4');
    deployment.now += 31_000;
    await deployment.wake('h-4');
    const history = await client.history('h-4');
    expect(history.map(({ kind }) => kind)).toEqual(['start', 'wake']);
    expect(await client.describe('h-4')).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.Timeout' },
    });
  });

  it('names the worker of a result', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: 'h-5', input: { price: 1 } });
    await deployment.orchestrate('h-5');
    const at = '2026-03-01T12:00:40.000Z';
    const error = { name: 'RangeError', message: 'no such price' };
    await deployment.table.insertResult({
      executionId: 'h-5',
      task: 0,
      attempt: 1,
      worker: 'check',
      startedAt: at,
      endedAt: at,
      result: { status: 'FAILED', error },
    });
    await deployment.orchestrate('h-5');
    expect((await client.history('h-5')).at(-1)).toMatchObject({ worker: 'check', status: 'FAILED', error });
  });

  it('reads on through the segments of a long log', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-6' });
    await deployment.orchestrate('h-6');
    for (let i = 0; i < 60; i++) {
      await client.send('h-6', { type: 'KNOCK', i }, { eventId: `knock-${i}` });
      await deployment.orchestrate('h-6');
    }
    expect((await deployment.table.readExecution('h-6'))?.logSegments).toBeGreaterThan(1);
    const history = await client.history('h-6');
    expect(history.map(({ number }) => number)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
    expect(history.slice(1).map(({ event }) => event?.i)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('has none of what was never started', async () => {
    await deployment.client.send('h-7', { type: 'CLOSE' });
    await expect(deployment.client.history('h-7')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });
});

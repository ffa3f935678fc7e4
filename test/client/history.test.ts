import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../client/index.ts';
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
    expect((await client.history('h-1')).items).toEqual([
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
    await deployment.table.journal.insertEvent({
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
    expect((await client.history('h-2')).items.map(({ reference, verdict }) => [reference, verdict])).toEqual(
      [
        ['start', { type: 'applied' }],
        ['event#forged', { type: 'ignored', reason: 'ReservedType' }],
        ['event#a', { type: 'applied' }],
        ['event#b', { type: 'ignored', reason: 'Ended' }],
      ],
    );
  });

  it('shows what is not applied yet as pending', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-3' });
    expect((await client.history('h-3')).items).toEqual([
      { number: 1, kind: 'start', reference: 'start', verdict: { type: 'pending' } },
    ]);
    await deployment.orchestrate('h-3');
    await client.send('h-3', { type: 'CLOSE' }, { eventId: 'x' });
    expect((await client.history('h-3')).items.at(-1)).toMatchObject({
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
    const history = (await client.history('h-4')).items;
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
    await deployment.table.journal.insertResult({
      executionId: 'h-5',
      task: 0,
      attempt: 1,
      worker: 'check',
      startedAt: at,
      endedAt: at,
      result: { status: 'FAILED', error },
    });
    await deployment.orchestrate('h-5');
    expect((await client.history('h-5')).items.at(-1)).toMatchObject({
      worker: 'check',
      status: 'FAILED',
      error,
    });
  });

  it('reads on through the segments of a long log', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-6' });
    await deployment.orchestrate('h-6');
    for (let i = 0; i < 60; i++) {
      await client.send('h-6', { type: 'KNOCK', i }, { eventId: `knock-${i}` });
      await deployment.orchestrate('h-6');
    }
    expect((await deployment.table.executions.read('h-6'))?.logSegments).toBeGreaterThan(1);
    const history = (await client.history('h-6')).items;
    expect(history.map(({ number }) => number)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
    expect(history.slice(1).map(({ event }) => event?.i)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('answers pages, at a cursor and from any number, that together are the whole', async () => {
    const { client } = deployment;
    const all = (await client.history('h-6')).items;
    const paged: HistoryEntry[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.history('h-6', { limit: 7, ...(cursor !== undefined && { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(7);
      paged.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
    for (const from of [1, 2, 20, 33, 61, 62]) {
      expect((await client.history('h-6', { from, limit: 5 })).items).toEqual(all.slice(from - 1, from + 4));
    }
    expect(await collected(client.historyAll('h-6', { from: 58 }))).toEqual(all.slice(57));
  });

  it('goes on at a cursor where more was applied since, and the log was split', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-8' });
    await deployment.orchestrate('h-8');
    const knock = async (i: number) => {
      await client.send('h-8', { type: 'KNOCK', i }, { eventId: `knock-${i}` });
      await deployment.orchestrate('h-8');
    };
    for (let i = 0; i < 9; i++) await knock(i);
    const { cursor } = await client.history('h-8', { limit: 8 });
    for (let i = 9; i < 60; i++) await knock(i);
    const rest = (await client.history('h-8', { ...(cursor !== undefined && { cursor }) })).items;
    expect(rest.map(({ number }) => number)).toEqual(Array.from({ length: 53 }, (_, i) => i + 9));
    expect(rest[0]?.event?.i).toBe(7);
  });

  it('reads a page of a long log with a few units', async () => {
    const { client } = deployment;
    deployment.consumed.length = 0;
    await client.history('h-6', { limit: 5 });
    const units = deployment.consumed.reduce((sum, { readUnits }) => sum + readUnits, 0);
    // The execution, a segment or two, an item for each entry.
    expect(units).toBeLessThan(12);
  });

  it('refuses a cursor that no page had', async () => {
    await expect(deployment.client.history('h-6', { cursor: 'abc' })).rejects.toMatchObject({
      code: 'InvalidCursor',
    });
  });

  it('pages through what is pending', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'h-9' });
    await deployment.orchestrate('h-9');
    for (let i = 0; i < 5; i++) await client.send('h-9', { type: 'KNOCK', i }, { eventId: `knock-${i}` });
    const first = await client.history('h-9', { limit: 3 });
    const { cursor } = first;
    const rest = await client.history('h-9', { limit: 3, ...(cursor !== undefined && { cursor }) });
    const entries = [...first.items, ...rest.items];
    expect(entries.map(({ number, verdict }) => [number, verdict.type])).toEqual([
      [1, 'applied'],
      ...[2, 3, 4, 5, 6].map((number) => [number, 'pending']),
    ]);
    expect(new Set(entries.map(({ reference }) => reference)).size).toBe(6);
    expect(rest.cursor).toBeUndefined();
  });

  it('has none of what was never started', async () => {
    await deployment.client.send('h-7', { type: 'CLOSE' });
    await expect(deployment.client.history('h-7')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });
});

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

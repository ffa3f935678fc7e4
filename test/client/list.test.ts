import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedExecution } from '../../client/index.ts';
import { mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [mailbox, quote], {
    check: ({ price }: { price: number }) => price,
  });
  const { client } = deployment;
  for (let i = 0; i < 25; i++) {
    await client.start(quote, { executionId: `l-${i}`, input: { price: i } });
    await deployment.orchestrate(`l-${i}`);
    deployment.now += 1_000;
  }
  await client.start(mailbox, { executionId: 'm-1' });
  await deployment.orchestrate('m-1');
});
afterAll(() => testTable.stop());

describe('list', () => {
  it('answers page by page, every execution once', async () => {
    const all: ListedExecution[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await deployment.client.list({
        machine: quote,
        status: 'SUCCEEDED',
        limit: 10,
        ...(cursor && { cursor }),
      });
      expect(page.items.length).toBeLessThanOrEqual(10);
      all.push(...page.items);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(new Set(all.map(({ executionId }) => executionId)).size).toBe(25);
    expect(all).toHaveLength(25);
    expect(pages).toBe(3);
    expect(all.find(({ executionId }) => executionId === 'l-3')).toEqual({
      executionId: 'l-3',
      machine: 'quote',
      status: 'SUCCEEDED',
      startedAt: '2026-03-01T12:00:03.000Z',
      endedAt: '2026-03-01T12:00:03.000Z',
    });
  });

  it('answers executions of the machine and status alone', async () => {
    const running = await deployment.client.list({ machine: 'mailbox', status: 'RUNNING' });
    expect(running.items).toEqual([
      { executionId: 'm-1', machine: 'mailbox', status: 'RUNNING', startedAt: '2026-03-01T12:00:25.000Z' },
    ]);
    expect(await deployment.client.list({ machine: 'quote', status: 'RUNNING' })).toEqual({ items: [] });
  });

  it('answers those that ended since a time', async () => {
    const since = Date.parse('2026-03-01T12:00:22.000Z');
    const { items } = await deployment.client.list({ machine: quote, status: 'SUCCEEDED', since });
    expect(items.map(({ executionId }) => executionId).sort()).toEqual(['l-22', 'l-23', 'l-24']);
  });

  it('answers executions of all machines, and of every status', async () => {
    const { items: running } = await deployment.client.list({ status: 'RUNNING' });
    expect(running.map(({ machine }) => machine)).toEqual(['mailbox']);
    const { items } = await deployment.client.list({});
    expect(items).toHaveLength(26);
    expect((await deployment.client.list({ machine: mailbox })).items).toEqual(running);
    await expect(deployment.client.list({ status: 'FAILED', since: 0 })).rejects.toMatchObject({
      code: 'SinceNotApplicable',
    });
  });

  it('refuses a cursor that no page had', async () => {
    await expect(
      deployment.client.list({ machine: quote, status: 'SUCCEEDED', cursor: 'abc' }),
    ).rejects.toMatchObject({ code: 'InvalidCursor' });
  });
});

describe('listAll', () => {
  it('iterates over all pages', async () => {
    const ids = new Set<string>();
    for await (const { executionId } of deployment.client.listAll({ machine: quote, status: 'SUCCEEDED' })) {
      ids.add(executionId);
    }
    expect(ids.size).toBe(25);
  });
});

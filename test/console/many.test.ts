import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { type RunningConsole, startConsole } from '../../console/server/consoleServer.ts';
import { claim, mailbox, quote } from '../client/machines.ts';
import { TestDeployment } from '../client/testDeployment.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { ConsoleCalls } from './consoleCalls.ts';

const others = Array.from({ length: 60 }, (_, i) =>
  setup({}).createMachine({ id: `other-${i}`, initial: 'open', states: { open: {} } }),
);
const unsound = setup({}).createMachine({
  id: 'unsound',
  initial: 'open',
  states: { open: { on: { GO: { target: 'open', guard: 'missing' as never } } } },
});
const machines = [claim, mailbox, quote, ...others, unsound];

let testTable: TestTable;
let deployment: TestDeployment;
let running: RunningConsole;
let calls: ConsoleCalls;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [claim, mailbox, quote], {
    check: ({ price }: { readonly price: number }) => {
      if (price < 0) throw new RangeError('There is no such price.');
      return price;
    },
  });
  running = await startConsole({
    client: deployment.client,
    tableName: testTable.tableName,
    machines: async () => machines,
    webDirectory: tmpdir(),
    now: () => deployment.now,
  });
  calls = new ConsoleCalls(running);
  await calls.enter(running.url);
});
afterAll(async () => {
  await running?.close();
  await testTable?.stop();
});

async function quoted(executionId: string, price: number): Promise<void> {
  await deployment.client.start(quote, { executionId, input: { price } });
  await deployment.orchestrate(executionId);
  expect((await deployment.client.describe(executionId)).endedAt).toBeDefined();
}

async function bulk(body: object): Promise<Record<string, unknown>> {
  const { id } = (await calls.post('/api/bulk', body)).json as { id: string };
  for (;;) {
    const progress = (await calls.get(`/api/bulk/${id}`)).json as Record<string, unknown>;
    if (progress.isDone) return progress;
  }
}

describe('a console with many machines', () => {
  it('lists all executions by a bounded number of queries, and says whose it does not search', async () => {
    await quoted('listed', 3);
    expect((await calls.get('/api/executions?machine=quote')).json).toMatchObject({
      items: [{ executionId: 'listed' }],
    });
    deployment.consumed.length = 0;
    const answer = await calls.get('/api/executions?limit=1');
    expect(deployment.consumed.length).toBeLessThanOrEqual(32 * 4 + 3 * 4);
    // The machine that was seen last is searched first.
    expect(answer.json).toMatchObject({ items: [{ executionId: 'listed' }] });
    const { notSearched } = answer.json as { notSearched: readonly string[] };
    expect(notSearched).toHaveLength(63 - 8);
    expect(notSearched).not.toContain('quote');
    deployment.consumed.length = 0;
    const counts = await calls.get('/api/counts');
    expect(deployment.consumed.length).toBeLessThanOrEqual(32 * 4 + 3 * 4);
    expect(counts.json).toMatchObject({
      SUCCEEDED: { count: 1, isPartial: true },
      RUNNING: { isPartial: false },
    });
    const failed = await calls.get('/api/executions?status=FAILED');
    expect((failed.json as { notSearched: readonly string[] }).notSearched).toHaveLength(63 - 32);
    expect((await calls.get('/api/executions?status=RUNNING')).json).toEqual({ items: [] });
  });

  it('goes on with the machines of the page before, whatever was seen meanwhile', async () => {
    for (const id of ['paged-1', 'paged-2', 'paged-3']) await quoted(id, 1);
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const { items, cursor: next } = (
        await calls.get(`/api/executions?prefix=paged&limit=1&cursor=${cursor}`)
      ).json as {
        items: readonly { executionId: string }[];
        cursor?: string;
      };
      ids.push(...items.map(({ executionId }) => executionId));
      for (const { id } of others.slice(0, 10)) await calls.get(`/api/executions?machine=${id}`);
      if (next === undefined) break;
      cursor = next;
    }
    expect(ids.toSorted()).toEqual(['paged-1', 'paged-2', 'paged-3']);
  });

  it('shows the others where one machine cannot be run, and says why', async () => {
    expect((await calls.get('/api/info')).json).toMatchObject({
      machinesProblem: expect.stringContaining('unsound'),
    });
    expect((await calls.get('/api/machines')).json).toHaveLength(63);
    expect((await calls.get('/api/machines/claim')).json).toMatchObject({ version: '4' });
  });

  it('does one thing to executions of several machines in several statuses, after a dry run with their numbers', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'many-1' });
    await client.start(mailbox, { executionId: 'many-2' });
    await client.start(claim, { executionId: 'many-3', input: { amount: 1 } });
    for (const id of ['many-1', 'many-2', 'many-3']) await deployment.orchestrate(id);
    await client.suspend('many-2');
    await deployment.orchestrate('many-2');
    const request = {
      control: 'stop',
      machines: ['mailbox', 'claim', 'quote'],
      statuses: ['RUNNING', 'SUSPENDED'],
      idPrefix: 'many-',
    };
    const parts = [
      { machine: 'mailbox', status: 'RUNNING', count: 1 },
      { machine: 'mailbox', status: 'SUSPENDED', count: 1 },
      { machine: 'claim', status: 'RUNNING', count: 1 },
    ];
    expect(await bulk({ ...request, isDryRun: true })).toMatchObject({ outcomes: { listed: 3 }, parts });
    expect(await deployment.table.journal.readEvents('many-3')).toEqual([]);
    expect(await bulk(request)).toMatchObject({ outcomes: { sent: 3 }, parts });
  });

  it('does nothing where one of the statuses does not take it, or where the request is not clear', async () => {
    const request = { control: 'suspend', machines: ['mailbox'], statuses: ['RUNNING', 'FAILED'] };
    expect(await bulk(request)).toMatchObject({ outcomes: {}, error: expect.stringContaining('FAILED') });
    for (const wrong of [
      { ...request, machines: [] },
      { ...request, machines: ['', 'mailbox'] },
      { ...request, statuses: 'RUNNING' },
      { ...request, statuses: ['SLEEPING'] },
      { ...request, statuses: ['RUNNING'], since: 1 },
      { ...request, control: 'delete' },
    ]) {
      expect((await calls.post('/api/bulk', wrong)).status).toBe(400);
    }
  });

  it('measures every execution of a machine that has few', async () => {
    await quoted('measured', -1);
    const { ended, sampled, price } = await measured();
    const { json } = await calls.get('/api/machines/quote/numbers');
    const { ends, counts } = json as {
      ends: readonly { status: string; state: string; count: number }[];
      counts: Record<string, { count: number }>;
    };
    expect(ends).toEqual([
      { status: 'SUCCEEDED', state: 'done', count: counts.SUCCEEDED?.count },
      { status: 'FAILED', state: 'checking', count: 1 },
    ]);
    expect({ ended: ended.count, sampled }).toEqual({
      ended: sampled,
      sampled: ends[0] ? ends[0].count + 1 : 0,
    });
    // One attempt and one final or Fail state each.
    expect(price).toMatchObject({ taskSteps: 1, stateTransitions: 2 });
  });
});

interface Measured {
  readonly machine: string;
  readonly sampled: number;
  readonly isMeasuring: boolean;
  readonly ended: { readonly count: number };
  readonly price?: object;
}

async function measured(): Promise<Measured> {
  for (;;) {
    const { machines: all } = (await calls.get('/api/cost')).json as { machines: readonly Measured[] };
    const found = all.find(({ machine }) => machine === 'quote');
    if (found && !found.isMeasuring) return found;
  }
}

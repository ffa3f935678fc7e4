import { describe, expect, it } from 'vitest';
import { ended, event, execution, next, noon } from './examples.ts';
import type { Current, TableUnderTest } from './tableUnderTest.ts';

const seconds = noon / 1000;
const daySeconds = 86_400;
const dayMs = daySeconds * 1000;
const inDays = (days: number) => ({ N: String(seconds + days * daySeconds) });

/** Items that have expired, items that are about to, and items that are kept. Tables under test are read at noon. */
export function retentionFeatures(current: Current, withRetention: () => Promise<TableUnderTest>): void {
  const put = (item: string, days: number | undefined, executionId = 'order-17', more = {}) =>
    current().put({
      executionId: { S: executionId },
      item: { S: item },
      ...(days !== undefined && { expiresAt: inDays(days) }),
      ...more,
    });
  const expiryOf = async (item: string, executionId = 'order-17') =>
    (await current().get(executionId, item))?.expiresAt;

  describe('what has expired and is not deleted yet', () => {
    it('begins nothing, and is not found by what begins', async () => {
      const { table } = current();
      await put('start', -1, 'order-17', { machine: { S: 'order' } });
      await put('event#a', -1, 'order-17', { type: { S: 'APPROVE' } });
      await table.journal.insertEvent(event('kept'));
      expect(await table.journal.readStart('order-17')).toBeUndefined();
      expect(await table.journal.readEvents('order-17')).toMatchObject([{ reference: 'event#kept' }]);
    });

    it('counts for an execution that goes on, whose clock was late to postpone it', async () => {
      const { table } = current();
      await put('start', -1, 'order-17', { machine: { S: 'order' } });
      await put('task#1#1', -1, 'order-17', { status: { S: 'SUCCEEDED' } });
      await table.executions.commit(execution());
      expect(await table.journal.readResults('order-17', [{ task: 1, attempt: 1 }])).toHaveLength(1);
      expect(await table.journal.readAll('order-17')).toHaveLength(2);
      expect((await table.executions.readHistory('order-17')).journal).toHaveLength(2);
      await table.expiries.renew('order-17', {
        before: noon + 50 * dayMs,
        until: noon + 90 * dayMs,
        limit: 9,
      });
      expect(await expiryOf('start')).toEqual(inDays(90));
    });

    it('leaves the id of an execution to another', async () => {
      const { table } = current();
      await table.executions.commit(execution());
      await table.executions.commit(ended({ version: 2 }));
      const stored = await current().get('order-17', 'execution');
      await current().put({ ...stored, expiresAt: inDays(-1) });
      expect(await table.executions.read('order-17')).toBeUndefined();
      expect((await table.executions.readHistory('order-17')).execution).toBeUndefined();
      expect(await table.executions.commit(execution({ startedAt: noon + 1 }))).toEqual({
        type: 'committed',
      });
      expect(await table.executions.read('order-17')).toMatchObject({ startedAt: noon + 1, version: 1 });
    });
  });

  describe('an execution that has expired and is not deleted yet', () => {
    const longAgo = noon - 100 * dayMs;
    const inFull = { machine: 'order', limit: 100 } as const;

    /** Three that ended long ago: `gone` has expired, `kept` was renewed for its parent, `new` has just ended. */
    async function threeEnded(): Promise<TableUnderTest> {
      const underTest = await withRetention();
      const { table } = underTest;
      for (const executionId of ['gone', 'kept', 'new']) {
        const at = executionId === 'new' ? noon : longAgo;
        await table.executions.commit(execution({ executionId, startedAt: at, updatedAt: at }));
        const end = { executionId, version: 2, startedAt: at, updatedAt: at, endedAt: at };
        await table.executions.commit(ended({ ...end, status: 'FAILED' }));
        await underTest.put({
          executionId: { S: executionId },
          item: { S: 'task#1#1' },
          status: { S: 'SUCCEEDED' },
          expiresAt: executionId === 'gone' ? inDays(-10) : inDays(20),
        });
      }
      const kept = await underTest.get('kept', 'execution');
      await underTest.put({ ...kept, expiresAt: inDays(27) });
      return underTest;
    }

    it('is in no list', async () => {
      const { table, close } = await threeEnded();
      const ids = (items: readonly { readonly executionId: string }[]) =>
        items.map(({ executionId }) => executionId).sort();
      const { items } = await table.index.list({ ...inFull, status: 'FAILED' });
      expect(ids(items)).toEqual(['kept', 'new']);
      const since = await table.index.list({ ...inFull, status: 'FAILED', since: 0 });
      expect(ids(since.items)).toEqual(['kept', 'new']);
      expect(ids((await table.index.listAny({ limit: 100 })).items)).toEqual(['kept', 'new']);
      const browsed = await table.index.browse({ machines: ['order'], statuses: ['FAILED'], limit: 100 });
      expect(ids(browsed.items)).toEqual(['kept', 'new']);
      await close();
    });

    it('is not read, and neither are its items', async () => {
      const { table, close } = await threeEnded();
      const read = async (executionId: string) => {
        const execution = await table.executions.read(executionId);
        return [
          execution?.status,
          (await table.outlines.readStatus(executionId))?.status,
          (await table.executions.readHistory(executionId)).journal.length,
          (await table.journal.readPage(executionId, execution)).items.length,
          (await table.journal.readEntries(executionId, ['task#1#1'], execution)).length,
        ];
      };
      expect(await read('gone')).toEqual([undefined, undefined, 0, 0, 0]);
      expect(await read('kept')).toEqual(['FAILED', 'FAILED', 1, 1, 1]);
      await close();
    });

    it('a segment of the log that has expired is not written again by an orchestrator with an old state', async () => {
      const { table, put, close } = await withRetention();
      const key = { executionId: { S: 'order-17' }, item: { S: 'log#0' } };
      await put({ ...key, log: { S: '=0;s~0' }, expiresAt: inDays(-1) });
      const outcome = await table.log.insertSegment('order-17', { number: 0, text: '=0' });
      expect(outcome).toEqual({ type: 'exists', text: '=0;s~0' });
      await close();
    });

    it.each([
      ['that has ended', 'FAILED', 0],
      ['that goes on, whose renewal is late', 'RUNNING', 1],
    ] as const)('every read counts the same expired items of one %s', async (_, status, counted) => {
      const { table, put, close } = await withRetention();
      const executionId = 'order-17';
      await table.executions.commit(execution({ executionId, logSegments: 1 }));
      const end = { executionId, version: 2, logSegments: 1 };
      if (status === 'FAILED') await table.executions.commit(ended({ ...end, status }));
      for (const [item, more] of [
        ['task#1#1', { status: { S: 'SUCCEEDED' } }],
        ['event#a', { type: { S: 'A' } }],
        ['log#0', { log: { S: '=0' } }],
      ] as const) {
        await put({ executionId: { S: executionId }, item: { S: item }, ...more, expiresAt: inDays(-1) });
      }
      const owner = await table.executions.read(executionId);
      expect(owner?.status).toBe(status);
      const { journal, segments } = await table.executions.readHistory(executionId);
      expect([journal.length, segments.length]).toEqual([2 * counted, counted]);
      expect((await table.journal.readPage(executionId, owner)).items.length).toBe(2 * counted);
      const references = ['task#1#1', 'event#a'];
      expect((await table.journal.readEntries(executionId, references, owner)).length).toBe(2 * counted);
      expect((await table.log.readSegments(executionId, [0], owner)).length).toBe(counted);
      await close();
    });

    it('whose start is not deleted yet cannot be started as the same again', async () => {
      const { table } = current();
      const start = { executionId: 'order-17', machine: 'order', input: 1 };
      await table.journal.insertStart(start);
      const stored = await current().get('order-17', 'start');
      expect(await table.journal.insertStart(start)).toEqual({ type: 'same' });
      await current().put({ ...stored, expiresAt: inDays(-1) });
      expect(await table.journal.insertStart(start)).toEqual({ type: 'different' });
    });
  });

  describe('a renewal', () => {
    const renewal = { before: noon + 50 * dayMs, until: noon + 90 * dayMs, limit: 100 };

    it('postpones what expires soon, whatever it is, and nothing else', async () => {
      const soon = ['start', 'event#a', 'task#1#1', 'task#2.7#1', 'message#a#1', 'beat#1#1', 'claim#1#1'];
      const all = [...soon, 'items#1#hash#0', 'log#0'];
      for (const item of all) await put(item, 30);
      await put('event#later', 60);
      await put('event#for ever', undefined);
      await put('event#of another', 30, 'order-18');
      expect(await current().table.expiries.renew('order-17', renewal)).toMatchObject({ count: all.length });
      for (const item of all) expect([item, await expiryOf(item)]).toEqual([item, inDays(90)]);
      expect(await expiryOf('event#later')).toEqual(inDays(60));
      expect(await expiryOf('event#for ever')).toBeUndefined();
      expect(await expiryOf('event#of another', 'order-18')).toEqual(inDays(30));
    });

    it('is done a part at a time, and finds nothing left in the end', async () => {
      for (let i = 0; i < 7; i++) await put(`event#${i}`, 30);
      const limited = { ...renewal, limit: 3 };
      const counts: number[] = [];
      do counts.push((await current().table.expiries.renew('order-17', limited)).count);
      while (counts.at(-1) === 3);
      expect(counts).toEqual([3, 3, 1]);
    });

    it('gives an execution item a week more, and only one that has ended has an expiry', async () => {
      const { table } = current();
      await table.executions.commit(execution());
      await table.expiries.renew('order-17', renewal);
      expect(await expiryOf('execution')).toBeUndefined();
      await table.executions.commit(ended({ version: 2 }));
      const stored = await current().get('order-17', 'execution');
      await current().put({ ...stored, expiresAt: inDays(40) });
      await table.expiries.renew('order-17', renewal);
      expect(await expiryOf('execution')).toEqual(inDays(97));
    });

    it('answers whose messages are there', async () => {
      await put('message#order-17.1#1', 30, 'order-17', { messages: { L: [] } });
      await put('message#order-17.1#2', 30, 'order-17', { messages: { L: [] } });
      await put('message#order-17.12#1', 30, 'order-17', { messages: { L: [] } });
      const { senders } = await current().table.expiries.renew('order-17', renewal);
      expect([...senders].sort()).toEqual(['order-17.1', 'order-17.12']);
    });

    it('of one item postpones it, or keeps it for ever, and makes none where there is none', async () => {
      const { table } = current();
      await put('event#a', 1);
      await put('event#b', 1);
      await table.expiries.postpone('order-17', 'event#a', noon + 90 * dayMs);
      await table.expiries.postpone('order-17', 'event#b', undefined);
      await table.expiries.postpone('order-17', 'event#gone', noon + 90 * dayMs);
      expect(await expiryOf('event#a')).toEqual(inDays(90));
      expect(await expiryOf('event#b')).toBeUndefined();
      expect(await current().get('order-17', 'event#b')).toBeDefined();
      expect(await current().get('order-17', 'event#gone')).toBeUndefined();
    });
  });

  describe('executions that stand still', () => {
    it('are found by the clock, whatever their machines are, and listed by machine and by when they stopped', async () => {
      const { table } = current();
      const park = async (
        executionId: string,
        machine: string,
        status: 'SUSPENDED' | 'PENDING_REDRIVE',
        at: number,
      ) => {
        const running = execution({ executionId, machine });
        await table.executions.commit(running);
        await table.executions.commit(next(running, { status, updatedAt: noon + at }));
      };
      await park('a', 'order', 'SUSPENDED', 3000);
      await park('b', 'order', 'SUSPENDED', 1000);
      await park('c', 'a machine that is not deployed', 'SUSPENDED', 2000);
      await park('d', 'order', 'PENDING_REDRIVE', 1000);
      const found = async (parked: 'SUSPENDED' | 'PENDING_REDRIVE') => {
        const pages = [0, 1, 2].map((shard) =>
          table.index.listDue({ shard, parked, until: noon + dayMs, limit: 100 }),
        );
        return (await Promise.all(pages)).flatMap(({ items }) => items.map(({ executionId }) => executionId));
      };
      expect((await found('SUSPENDED')).sort()).toEqual(['a', 'b', 'c']);
      expect(await found('PENDING_REDRIVE')).toEqual(['d']);
      const list = async (since?: number) => {
        const request = { machine: 'order', status: 'SUSPENDED', limit: 100 } as const;
        const { items } = await table.index.list({ ...request, ...(since !== undefined && { since }) });
        return items.map(({ executionId, endedAt }) => [executionId, endedAt]).sort();
      };
      const iso = (ms: number) => new Date(noon + ms).toISOString();
      expect(await list()).toEqual([
        ['a', iso(3000)],
        ['b', iso(1000)],
      ]);
      expect(await list(noon + 2000)).toEqual([['a', iso(3000)]]);
    });
  });
}

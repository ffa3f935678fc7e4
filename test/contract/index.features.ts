import { describe, expect, it } from 'vitest';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { shardOf } from '../../orchestrator/table/executionItem.ts';
import type {
  BrowseRequest,
  DueExecution,
  ListedExecution,
  ListRequest,
  Page,
} from '../../orchestrator/table/requests.ts';
import { ended, execution, next, noon } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

export function indexFeatures(current: Current, indexShards: number): void {
  const shards = Array.from({ length: indexShards }, (_, shard) => shard);
  const commitAll = (executions: readonly Execution[]) =>
    Promise.all(executions.map((each) => current().table.executions.commit(each)));
  const ids = (items: readonly { readonly executionId: string }[]) =>
    items.map(({ executionId }) => executionId);
  const sortedIds = (items: readonly { readonly executionId: string }[]) => ids(items).sort();

  async function pagesOf<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[][]> {
    const pages: T[][] = [];
    let cursor: string | undefined;
    do {
      const page = await read(cursor);
      pages.push([...page.items]);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return pages;
  }

  const due = (shard: number, until: number, limit = 100): Promise<DueExecution[][]> =>
    pagesOf((cursor) => current().table.index.listDue({ shard, until, limit, ...(cursor && { cursor }) }));
  const allDue = async (until: number): Promise<DueExecution[]> =>
    (await Promise.all(shards.map((shard) => due(shard, until)))).flat(2);
  const list = (request: Omit<ListRequest, 'limit'>, limit = 100): Promise<ListedExecution[][]> =>
    pagesOf((cursor) => current().table.index.list({ ...request, limit, ...(cursor && { cursor }) }));

  const waiting = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      execution({ executionId: `order-${i}`, wakeAt: noon + ((i * 37) % count) * 1000 }),
    );

  describe('an item of someone else with the keys of the index', () => {
    it('is never due, is in no list, and fails none', async () => {
      await commitAll([
        execution({ executionId: 'due', wakeAt: noon }),
        ended({ executionId: 'ended', status: 'FAILED' }),
      ]);
      const partitions = shards.flatMap((shard) => [`due#${shard}`, `order#FAILED#${shard}`]);
      for (const partition of partitions) {
        for (const time of ['0', '9.9E+125', '-9.9E+125']) {
          await current().put({
            executionId: { S: `foreign-${partition}` },
            item: { S: `event#${time}` },
            machine: { S: 'order' },
            mr_pk: { S: partition },
            mr_sk: { N: time },
          });
        }
      }
      expect(ids(await allDue(noon))).toEqual(['due']);
      expect(ids((await list({ machine: 'order', status: 'RUNNING' }, 2)).flat())).toEqual(['due']);
      expect(ids((await list({ machine: 'order', status: 'FAILED' }, 2)).flat())).toEqual(['ended']);
    });

    it('is in the list without a time where it passes for an execution that ended at no time', async () => {
      await current().put({
        executionId: { S: 'forged' },
        item: { S: 'execution' },
        machine: { S: 'order' },
        mr_pk: { S: 'order#FAILED#0' },
        mr_sk: { N: '9.9E+125' },
      });
      expect((await list({ machine: 'order', status: 'FAILED' })).flat()).toMatchObject([{ endedAt: '' }]);
    });
  });

  describe('executions that are due', () => {
    it('are those RUNNING whose wake is not later than asked for, each in its shard', async () => {
      await commitAll([
        execution({ executionId: 'early', wakeAt: noon - 1 }),
        execution({ executionId: 'now', wakeAt: noon }),
        execution({ executionId: 'later', wakeAt: noon + 1 }),
        execution({ executionId: 'never' }),
        ended({ executionId: 'ended' }),
      ]);
      expect(sortedIds(await allDue(noon))).toEqual(['early', 'now']);
      for (const shard of shards) {
        for (const { executionId } of (await due(shard, noon)).flat()) {
          expect(shardOf(executionId, indexShards)).toBe(shard);
        }
      }
    });

    it('come earliest first, with the time of their wake, over as many pages as it takes', async () => {
      const executions = waiting(40);
      await commitAll(executions);
      for (const shard of shards) {
        const pages = await due(shard, noon + 60_000, 4);
        expect(pages.every((page) => page.length <= 4)).toBe(true);
        const expected = executions
          .filter(({ executionId }) => shardOf(executionId, indexShards) === shard)
          .map(({ executionId, wakeAt }) => ({ executionId, wakeAt }))
          .sort((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0));
        expect(pages.flat()).toEqual(expected);
      }
    });

    it('are found once each, though the first page moves on before the next is read', async () => {
      const executions = waiting(30);
      await commitAll(executions);
      const { table } = current();
      const found: string[] = [];
      for (const shard of shards) {
        await pagesOf(async (cursor) => {
          const request = { shard, until: noon + 60_000, limit: 3, ...(cursor && { cursor }) };
          const page = await table.index.listDue(request);
          for (const { executionId } of page.items) {
            found.push(executionId);
            const woken = executions.find((each) => each.executionId === executionId);
            if (woken) await table.executions.commit(next(woken, { wakeAt: noon + 3_600_000 }));
          }
          return page;
        });
      }
      expect(found.sort()).toEqual(sortedIds(executions));
    });

    it('are due no more once they moved on or ended', async () => {
      const [first, second] = [
        execution({ executionId: 'a', wakeAt: noon }),
        execution({ executionId: 'b', wakeAt: noon }),
      ];
      await commitAll([first, second]);
      const { wakeAt: _, ...rest } = second;
      await commitAll([
        next(first, { wakeAt: noon + 1000 }),
        next({ ...rest, status: 'FAILED', endedAt: noon }),
      ]);
      expect(await allDue(noon)).toEqual([]);
      expect(ids(await allDue(noon + 1000))).toEqual(['a']);
    });
  });

  describe('a list of executions', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        ended({ executionId: `order-${i}`, endedAt: noon + ((i * 37) % count) * 1000 }),
      );
    const inShard = (items: readonly ListedExecution[], shard: number) =>
      items.filter(({ executionId }) => shardOf(executionId, indexShards) === shard);

    it('has those of the machine in the status, with their times', async () => {
      await commitAll([
        ended({ executionId: 'a' }),
        ended({ executionId: 'b', machine: 'parcel' }),
        ended({ executionId: 'c', status: 'FAILED' }),
        execution({ executionId: 'd' }),
        execution({ executionId: 'e', status: 'PENDING_REDRIVE', updatedAt: noon + 2000 }),
      ]);
      const startedAt = '2026-03-01T12:00:00.000Z';
      expect(await list({ machine: 'order', status: 'SUCCEEDED' })).toEqual([
        [
          {
            executionId: 'a',
            machine: 'order',
            status: 'SUCCEEDED',
            startedAt,
            endedAt: '2026-03-01T12:00:05.000Z',
          },
        ],
      ]);
      expect(ids((await list({ machine: 'order', status: 'FAILED' })).flat())).toEqual(['c']);
      expect(ids((await list({ machine: 'parcel', status: 'SUCCEEDED' })).flat())).toEqual(['b']);
      expect((await list({ machine: 'order', status: 'PENDING_REDRIVE' })).flat()).toMatchObject([
        { executionId: 'e', endedAt: '2026-03-01T12:00:02.000Z' },
      ]);
      expect((await list({ machine: 'nobody', status: 'SUCCEEDED' })).flat()).toEqual([]);
    });

    it('of all machines has each execution once, by status or in every status, however long its pages are', async () => {
      await commitAll([
        ended({ executionId: 'a' }),
        ended({ executionId: 'b', machine: 'parcel' }),
        ended({ executionId: 'c', machine: 'order#FAILED#1' }),
        ended({ executionId: 'd', status: 'FAILED' }),
        execution({ executionId: 'e' }),
        execution({ executionId: 'f', machine: 'parcel', status: 'PENDING_REDRIVE' }),
      ]);
      const any = (limit: number, status?: ListRequest['status'], machine?: string) =>
        pagesOf((cursor) =>
          current().table.index.listAny({
            limit,
            ...(status && { status }),
            ...(machine && { machine }),
            ...(cursor && { cursor }),
          }),
        );
      for (const limit of [1, 2, 6, 100]) {
        const pages = await any(limit);
        expect(pages.every((page) => page.length <= limit)).toBe(true);
        expect(sortedIds(pages.flat())).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
        expect(sortedIds((await any(limit, 'FAILED')).flat())).toEqual(['d']);
        expect(sortedIds((await any(limit, 'SUCCEEDED')).flat())).toEqual(['a', 'b', 'c']);
        expect((await any(limit, 'RUNNING')).flat()).toMatchObject([{ executionId: 'e', status: 'RUNNING' }]);
      }
      expect(sortedIds((await any(2, undefined, 'parcel')).flat())).toEqual(['b', 'f']);
      expect((await any(100, 'PENDING_REDRIVE')).flat()).toMatchObject([
        { executionId: 'f', machine: 'parcel', status: 'PENDING_REDRIVE' },
      ]);
    });

    it('holds every one of them once, the latest first in each shard, however long its pages are', async () => {
      const executions = many(40);
      await commitAll(executions);
      for (const limit of [1, 7, 40, 1000]) {
        const pages = await list({ machine: 'order', status: 'SUCCEEDED' }, limit);
        expect(pages.every((page) => page.length <= limit)).toBe(true);
        expect(sortedIds(pages.flat())).toEqual(sortedIds(executions));
        for (const shard of shards) {
          const times = inShard(pages.flat(), shard).map(({ endedAt }) => endedAt ?? '');
          expect(times).toEqual([...times].sort().reverse());
        }
      }
    });

    it('has only what ended since a time, the earliest first in each shard', async () => {
      const executions = many(40);
      await commitAll(executions);
      const since = noon + 15_000;
      const pages = await list({ machine: 'order', status: 'SUCCEEDED', since }, 6);
      const expected = executions.filter(({ endedAt = 0 }) => endedAt >= since);
      expect(sortedIds(pages.flat())).toEqual(sortedIds(expected));
      for (const shard of shards) {
        const times = inShard(pages.flat(), shard).map(({ endedAt }) => endedAt ?? '');
        expect(times).toEqual([...times].sort());
      }
    });

    it('has of the RUNNING ones those of the machine, by next wake in each shard', async () => {
      const executions = waiting(30);
      await commitAll(executions);
      await commitAll(
        waiting(30).map((each) => ({
          ...each,
          executionId: `parcel-${each.executionId}`,
          machine: 'parcel',
        })),
      );
      const pages = await list({ machine: 'order', status: 'RUNNING' }, 7);
      expect(sortedIds(pages.flat())).toEqual(sortedIds(executions));
      for (const shard of shards) {
        const wakes = inShard(pages.flat(), shard).map(
          ({ executionId }) => executions.find((each) => each.executionId === executionId)?.wakeAt ?? 0,
        );
        expect(wakes).toEqual([...wakes].sort((a, b) => a - b));
      }
      expect(pages.flat()[0]).not.toHaveProperty('endedAt');
    });

    it.each(['', 'x', 'e30', Buffer.from('null').toString('base64url')])(
      'refuses the cursor %j, which no list answered with',
      async (cursor) => {
        const { table } = current();
        const request = { machine: 'order', status: 'SUCCEEDED', limit: 10, cursor } as const;
        await expect(table.index.list(request)).rejects.toMatchObject({ code: 'InvalidCursor' });
        const dueRequest = { shard: 0, until: noon, limit: 10, cursor };
        await expect(table.index.listDue(dueRequest)).rejects.toMatchObject({ code: 'InvalidCursor' });
      },
    );
  });

  describe('executions that an operator looks through', () => {
    const statuses = ['RUNNING', 'PENDING_REDRIVE', 'FAILED', 'SUCCEEDED'] as const;
    const browse = (request: Partial<BrowseRequest> = {}, limit = 100) =>
      pagesOf((cursor) =>
        current().table.index.browse({
          machines: ['order', 'parcel'],
          statuses,
          ...request,
          limit,
          ...(cursor && { cursor }),
        }),
      );
    const mixed = () => [
      ...Array.from({ length: 30 }, (_, i) =>
        ended({
          executionId: `${i % 3 === 0 ? 'a' : 'b'}-${i}`,
          machine: i % 2 === 0 ? 'order' : 'parcel',
          status: i % 5 === 0 ? 'FAILED' : 'SUCCEEDED',
          // Some end in the same millisecond.
          endedAt: noon + ((i * 7) % 10) * 1000,
        }),
      ),
      ...waiting(8).map((each) => ({ ...each, executionId: `r-${each.executionId}` })),
      execution({ executionId: 'other', machine: 'loan', wakeAt: noon }),
      execution({ executionId: 'parked', status: 'PENDING_REDRIVE', updatedAt: noon + 20_000 }),
    ];
    const times = (items: readonly ListedExecution[]) =>
      items.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [endedAt]));

    it('come once each, RUNNING ones first, the others latest first over all shards, however long the pages are', async () => {
      const executions = mixed();
      await commitAll(executions);
      const expected = sortedIds(executions.filter(({ machine }) => machine !== 'loan'));
      for (const limit of [1, 3, 7, 100]) {
        const pages = await browse({}, limit);
        const all = pages.flat();
        expect(pages.every((page) => page.length <= limit)).toBe(true);
        expect(sortedIds(all)).toEqual(expected);
        expect(all.map(({ status }) => status === 'RUNNING').lastIndexOf(true)).toBe(7);
        expect(times(all)).toEqual(times(all).toSorted().toReversed());
      }
    });

    it('are of other machines too where the query asks for it, until they have ended', async () => {
      await commitAll(mixed());
      const all = (await browse({ includesOtherMachines: true, machines: ['order'] }, 5)).flat();
      expect(ids(all)).toContain('other');
      expect(all.some(({ machine, status }) => machine === 'parcel' && status !== 'RUNNING')).toBe(false);
    });

    it('can be those with an id that begins so, of a status, of a time', async () => {
      await commitAll(mixed());
      const failed = (await browse({ statuses: ['FAILED'], idPrefix: 'a-' }, 2)).flat();
      expect(sortedIds(failed)).toEqual(['a-0', 'a-15']);
      const since = noon + 3000;
      const until = noon + 6000;
      const found = (await browse({ statuses: ['FAILED', 'SUCCEEDED'], since, until }, 4)).flat();
      expect(found.length).toBe(12);
      for (const { endedAt = '' } of found) {
        expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(since);
        expect(Date.parse(endedAt)).toBeLessThanOrEqual(until);
      }
      expect((await browse({ statuses: ['RUNNING'], until: noon - 1 })).flat()).toEqual([]);
    });

    it('leave out items of another application that have the keys of the index', async () => {
      await commitAll([ended({ executionId: 'ended', status: 'FAILED' })]);
      for (const shard of shards) {
        await current().put({
          executionId: { S: 'foreign' },
          item: { S: `event#${shard}` },
          machine: { S: 'order' },
          mr_pk: { S: `order#FAILED#${shard}` },
          mr_sk: { N: '9.9E+125' },
        });
      }
      expect(ids((await browse({}, 1)).flat())).toEqual(['ended']);
    });

    it('are counted, up to a number', async () => {
      await commitAll(mixed());
      const count = (status: ListRequest['status'], atMost: number) =>
        current().table.index.count({ machines: ['order', 'parcel'], status, atMost });
      expect(await count('SUCCEEDED', 1000)).toEqual({ count: 24, isPartial: false });
      expect(await count('RUNNING', 1000)).toEqual({ count: 8, isPartial: false });
      const some = await count('SUCCEEDED', 2);
      expect(some.isPartial).toBe(true);
      expect(some.count).toBeLessThan(24);
    });

    it.each(['', 'x', 'e30', Buffer.from('[["a",["b"]]]').toString('base64url')])(
      'refuse the cursor %j',
      async (cursor) => {
        const request = { machines: ['order'], statuses, limit: 10, cursor };
        await expect(current().table.index.browse(request)).rejects.toMatchObject({ code: 'InvalidCursor' });
      },
    );
  });
}

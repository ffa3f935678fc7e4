import { describe, expect, it } from 'vitest';
import type { ItemOutline } from '../../orchestrator/table/outline.ts';
import { execution, noon } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const at = new Date(noon).toISOString();

/** Enough to find what is wrong with executions, without their data. */
export function outlineFeatures(current: Current): void {
  const write = async (executionId: string) => {
    const { table } = current();
    await table.journal.insertStart({ executionId, machine: 'order', input: { large: 'x'.repeat(500) } });
    await table.journal.insertEvent({ executionId, eventId: 'a', at, content: { type: 'APPROVE' } });
    await table.journal.insertEvent({ executionId, eventId: 'b', at, content: { control: 'suspend' } });
    await table.executions.commit(execution({ executionId, log: '=0;s~0', logSegments: 1, wakeAt: noon }));
    await table.log.insertSegment(executionId, { number: 0, text: '=0;ea~0' });
    await table.journal.insertResult({
      executionId,
      task: 0,
      attempt: 1,
      worker: 'charge',
      startedAt: at,
      endedAt: at,
      result: { status: 'SUCCEEDED', output: 'x'.repeat(500) },
    });
  };

  const keysOf = (items: readonly ItemOutline[]) =>
    items.map((item) => {
      if (item.type === 'journal') return `${item.executionId} ${item.reference}`;
      return `${item.executionId} ${item.type}`;
    });

  describe('the outline of an execution', () => {
    it('has everything in its partition, and no data', async () => {
      await write('e');
      const { items } = await current().table.outlines.readOutline('e');
      expect(keysOf(items).sort()).toEqual([
        'e event#a',
        'e event#b',
        'e execution',
        'e logSegment',
        'e start',
        'e task#0#1',
      ]);
      expect(items.find(({ type }) => type === 'execution')).toMatchObject({
        machine: 'order',
        status: 'RUNNING',
        isWaiting: false,
        startedAt: noon,
        wakeAt: noon,
        log: '=0;s~0',
        logSegments: 1,
      });
      expect(items.find(({ type }) => type === 'logSegment')).toMatchObject({ number: 0, text: '=0;ea~0' });
      const journal = items.filter((item) => item.type === 'journal');
      expect(journal.find(({ reference }) => reference === 'start')).toMatchObject({ machine: 'order' });
      expect(journal.find(({ reference }) => reference === 'event#b')).toMatchObject({
        isControl: true,
        at: noon,
      });
      expect(journal.find(({ reference }) => reference === 'task#0#1')).toMatchObject({ at: noon });
      expect(JSON.stringify(items)).not.toContain('xxx');
    });

    it('has the earliest time of its tasks, and whether it waits', async () => {
      const { table } = current();
      const task = { task: 0, worker: 'charge', attempt: 1, cause: 'start' };
      const tasks = [
        { ...task, deadline: noon + 9 },
        { ...task, task: 1, dispatchAt: noon + 5 },
        { ...task, task: 2 },
      ];
      await table.executions.commit(execution({ executionId: 'tasks', tasks }));
      const waiting = { since: noon, attempts: 1, nextAttemptAt: noon };
      await table.executions.commit(execution({ executionId: 'waits', waiting }));
      expect((await table.outlines.readOutline('tasks')).items).toMatchObject([
        { taskAt: noon + 5, isWaiting: false },
      ]);
      expect((await table.outlines.readOutline('waits')).items).toMatchObject([{ isWaiting: true }]);
    });

    it('has what it waits for and what it has still to do', async () => {
      const { table } = current();
      const task = { task: 0, worker: 'charge', attempt: 1, cause: 'start' };
      const item = { task: 3, worker: 'pack', attempt: 1, cause: 'start' };
      const list = {
        task: 3,
        worker: 'pack',
        first: 0,
        count: 9,
        items: { executionId: 'busy', task: 3, hash: 'h', pageSize: 100 },
        concurrency: 2,
        tolerated: 0,
        next: 2,
        exceptions: [],
        open: [
          { ...item, index: 0, deadline: noon + 7 },
          { ...item, index: 1, dispatchAt: noon + 3 },
        ],
      };
      await table.executions.commit(
        execution({
          executionId: 'busy',
          tasks: [
            { ...task, deadline: noon + 9 },
            { ...task, task: 1, attempt: 2, dispatchAt: noon + 5 },
          ],
          lists: [list],
          children: [
            { task: 4, machine: 'parcel' },
            { task: 7, machine: 'parcel' },
          ],
          outbox: [{ type: 'start', receiver: 'busy.7', machine: 'parcel', version: '1' }],
        }),
      );
      const [busy] = (await table.outlines.readOutline('busy')).items;
      expect(busy).toMatchObject({ taskAt: noon + 3, children: [4, 7], hasOutbox: true });
      expect(busy?.type === 'execution' && busy.openTasks).toEqual([
        { reference: 'task#0#1', isDeferred: false },
        { reference: 'task#1#2', isDeferred: true },
        { reference: 'task#3.0#1', isDeferred: false },
        { reference: 'task#3.1#1', isDeferred: true },
      ]);
      expect(await table.outlines.readStatus('busy')).toEqual({
        status: 'RUNNING',
        version: 1,
        children: [4, 7],
      });
    });

    it('is empty where there is nothing', async () => {
      expect((await current().table.outlines.readOutline('nobody')).items).toEqual([]);
    });
  });

  describe('the status of an execution', () => {
    it('comes with its version', async () => {
      await write('e');
      expect(await current().table.outlines.readStatus('e')).toEqual({ status: 'RUNNING', version: 1 });
      expect(await current().table.outlines.readStatus('nobody')).toBeUndefined();
    });
  });

  describe('a scan', () => {
    it('has every item of the table once, those of an execution together, whatever segments and pages', async () => {
      const ids = Array.from({ length: 12 }, (_, i) => `e-${i}`);
      for (const id of ids) await write(id);
      const { table } = current();
      for (const { segments, limit } of [
        { segments: 1 },
        { segments: 1, limit: 5 },
        { segments: 3, limit: 4 },
      ]) {
        const found: string[] = [];
        for (let segment = 0; segment < segments; segment++) {
          let cursor: string | undefined;
          do {
            const page = await table.outlines.scan({
              segment,
              segments,
              ...(limit && { limit }),
              ...(cursor && { cursor }),
            });
            if (limit) expect(page.items.length).toBeLessThanOrEqual(limit);
            found.push(...keysOf(page.items));
            cursor = page.cursor;
          } while (cursor);
        }
        expect(found.length).toBe(12 * 6);
        expect(new Set(found).size).toBe(12 * 6);
        const order = found.map((key) => key.split(' ')[0]);
        const runs = order.filter((id, i) => id !== order[i - 1]);
        expect(runs.sort()).toEqual([...ids].sort());
      }
    });

    it('refuses a cursor that it did not answer with', async () => {
      const request = { segment: 0, segments: 1, cursor: 'x' };
      await expect(current().table.outlines.scan(request)).rejects.toMatchObject({ code: 'InvalidCursor' });
    });
  });
}

import { describe, expect, it } from 'vitest';
import { execution } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const attempt = { executionId: 'order-17', task: 3, attempt: 1 };
const at = 1_772_366_400_000;
const takenAt = '2026-03-01T12:00:00.000Z';
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function activityQueueFeatures(current: Current): void {
  const queue = (limit = 25) => current().table.index.readQueue({ activity: 'approve', limit });
  const enqueue = (of: object = {}, time = at) =>
    current().table.attempts.enqueue({ ...attempt, activity: 'approve', at: time, ...of });
  const take = (claimedBy: string, of: object = {}) =>
    current().table.attempts.take({ ...attempt, claimedBy, at: takenAt, ...of });

  describe('the queue of an activity', () => {
    it('holds attempts of executions in all shards, the oldest first', async () => {
      for (const [place, executionId] of ids.entries()) await enqueue({ executionId }, at - place);
      await enqueue({ executionId: 'of another', activity: 'reject' });
      expect((await queue()).attempts.map(({ executionId }) => executionId)).toEqual(ids.toReversed());
      expect(await queue()).toMatchObject({ isPartial: false });
      expect(await queue(1)).toMatchObject({ isPartial: true });
    });

    it('holds an attempt once, however often it is put there', async () => {
      expect(await enqueue()).toBe('queued');
      expect(await enqueue()).toBe('exists');
      expect((await queue()).attempts).toEqual([attempt]);
    });

    it('holds items of lists, and each attempt by itself', async () => {
      await enqueue({ index: 17 }, at);
      await enqueue({ attempt: 2 }, at + 1);
      expect((await queue()).attempts).toEqual([
        { ...attempt, index: 17 },
        { ...attempt, attempt: 2 },
      ]);
    });

    it('gives an attempt to one worker alone, however many ask at once', async () => {
      await enqueue();
      const names = Array.from({ length: 8 }, (_, i) => `worker-${i}`);
      const outcomes = await Promise.all(names.map((claimedBy) => take(claimedBy)));
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
      expect((await queue()).attempts).toEqual([]);
    });

    it('does not give an attempt again that was taken: not in the queue, and not by another call', async () => {
      await enqueue();
      expect(await take('one', { workerName: 'ada' })).toBe('taken');
      expect(await take('one')).toBe('taken');
      expect(await take('two')).toBe('gone');
      expect(await enqueue()).toBe('exists');
      expect((await queue()).attempts).toEqual([]);
      expect(await current().table.attempts.readBeats('order-17', [attempt])).toEqual([
        { task: 3, attempt: 1, count: 1, at: takenAt, takenAt, workerName: 'ada' },
      ]);
    });

    it('takes nothing that was never put there', async () => {
      expect(await take('one')).toBe('gone');
      expect(await current().table.attempts.readBeats('order-17', [attempt])).toEqual([]);
    });

    it('takes an attempt back that was withdrawn, but not one that was taken', async () => {
      const { attempts } = current().table;
      await attempts.withdraw(attempt);
      await enqueue();
      await attempts.withdraw(attempt);
      expect((await queue()).attempts).toEqual([]);
      expect(await take('one')).toBe('gone');
      expect(await enqueue()).toBe('queued');
      expect(await take('one')).toBe('taken');
      await attempts.withdraw(attempt);
      expect(await enqueue()).toBe('exists');
    });

    it('takes an attempt of which there was a sign of life before', async () => {
      const { attempts } = current().table;
      await attempts.writeBeat({ ...attempt, at: 'early' });
      expect(await enqueue()).toBe('queued');
      expect(await attempts.readBeats('order-17', [attempt])).toEqual([
        { task: 3, attempt: 1, count: 0, isQueued: true },
      ]);
      await take('one');
      await attempts.writeBeat({ ...attempt, at: 'late' });
      expect(await attempts.readBeats('order-17', [attempt])).toEqual([
        { task: 3, attempt: 1, count: 2, at: 'late', takenAt },
      ]);
    });

    it('is in no list of executions, and never due', async () => {
      const { table } = current();
      await table.executions.commit(execution());
      await enqueue();
      const { items } = await table.index.listAny({ limit: 10 });
      expect(items).toHaveLength(1);
      for (let shard = 0; shard < 3; shard++) {
        const { items: due } = await table.index.listDue({ shard, until: at + 1, limit: 10 });
        expect(due.filter(({ executionId }) => executionId === 'order-17')).toEqual([]);
      }
      expect(await table.journal.readAll('order-17')).toEqual([]);
    });

    it('holds no other item with the keys of its index', async () => {
      await current().put({
        executionId: { S: 'foreign' },
        item: { S: 'anything' },
        mr_pk: { S: '#activity#approve#0' },
        mr_sk: { N: '1' },
      });
      expect((await queue()).attempts).toEqual([]);
    });
  });
}

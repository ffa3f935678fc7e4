import { describe, expect, it } from 'vitest';
import type { Current } from './tableUnderTest.ts';

const attempt = { executionId: 'order-17', task: 3, attempt: 1 };
const at = '2026-03-01T12:00:00.000Z';

export function livenessFeatures(current: Current): void {
  describe('a sign of life', () => {
    it('counts on, whichever process writes it, and keeps the progress until there is another', async () => {
      const { table } = current();
      await table.attempts.writeBeat({ ...attempt, at });
      await table.attempts.writeBeat({ ...attempt, at, progress: { pages: 12 } });
      await table.attempts.writeBeat({ ...attempt, at: '2026-03-01T12:00:09.000Z' });
      expect(await table.attempts.readBeats('order-17', [attempt])).toEqual([
        { task: 3, attempt: 1, count: 3, at: '2026-03-01T12:00:09.000Z', progress: { pages: 12 } },
      ]);
    });

    it('is of one attempt, and of one item of a list', async () => {
      const { table } = current();
      await table.attempts.writeBeat({ ...attempt, at });
      await table.attempts.writeBeat({ ...attempt, index: 17, at });
      const asked = [
        { task: 3, attempt: 1 },
        { task: 3, attempt: 2 },
        { task: 3, index: 17, attempt: 1 },
        { task: 3, index: 1, attempt: 1 },
      ];
      expect(await table.attempts.readBeats('order-17', asked)).toEqual(
        expect.arrayContaining([
          { task: 3, attempt: 1, count: 1, at },
          { task: 3, index: 17, attempt: 1, count: 1, at },
        ]),
      );
      expect(await table.attempts.readBeats('order-17', asked)).toHaveLength(2);
      expect(await table.attempts.readBeats('order-18', asked)).toEqual([]);
    });

    it.each([
      ['no counter', {}],
      ['a counter that is none', { count: { S: 'twelve' } }],
    ])('with %s, as anybody can write it, is none', async (_, odd) => {
      const { table, put } = current();
      await put({ executionId: { S: 'order-17' }, item: { S: 'beat#3#1' }, ...odd });
      expect(await table.attempts.readBeats('order-17', [attempt])).toEqual([]);
    });

    it('is not a part of the journal', async () => {
      const { table } = current();
      await table.attempts.writeBeat({ ...attempt, at });
      await table.attempts.insertClaim({ ...attempt, claimedBy: 'one', at });
      expect(await table.journal.readAll('order-17')).toEqual([]);
      expect(await table.executions.readHistory('order-17')).toMatchObject({ journal: [] });
    });
  });

  describe('a claim', () => {
    it('is taken once, and belongs to the process that took it', async () => {
      const { table } = current();
      const claim = (claimedBy: string, index?: number) =>
        table.attempts.insertClaim({ ...attempt, ...(index !== undefined && { index }), claimedBy, at });
      expect(await claim('one')).toBe('claimed');
      expect(await claim('other')).toBe('taken');
      expect(await claim('one')).toBe('claimed');
      expect(await claim('other', 17)).toBe('claimed');
    });

    it('is won by one of many at once', async () => {
      const { table } = current();
      const names = Array.from({ length: 8 }, (_, i) => `run-${i}`);
      const outcomes = await Promise.all(
        names.map((claimedBy) => table.attempts.insertClaim({ ...attempt, claimedBy, at })),
      );
      expect(outcomes.filter((outcome) => outcome === 'claimed')).toHaveLength(1);
    });
  });
}

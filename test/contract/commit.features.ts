import { describe, expect, it } from 'vitest';
import { execution, incompressible, next, noon } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

export function commitFeatures(current: Current): void {
  describe('a commit', () => {
    it('is taken as the first one only where there is none yet', async () => {
      const { table } = current();
      const first = execution();
      expect(await table.executions.commit(first)).toEqual({ type: 'committed' });
      const other = execution({ state: 'other' });
      expect(await table.executions.commit(other)).toEqual({ type: 'conflict', current: first });
      expect(await table.executions.read('order-17')).toEqual(first);
    });

    it('is taken while the stored execution is in the version before, and else answered with the stored one', async () => {
      const { table } = current();
      const first = execution();
      const second = next(first, { state: 'shipping' });
      await table.executions.commit(first);
      expect(await table.executions.commit(second)).toEqual({ type: 'committed' });
      expect(await table.executions.commit(next(first, { state: 'late' }))).toEqual({
        type: 'conflict',
        current: second,
      });
      const third = next(second);
      expect(await table.executions.commit(next(third))).toEqual({ type: 'conflict', current: second });
      expect(await table.executions.commit(third)).toEqual({ type: 'committed' });
      expect(await table.executions.read('order-17')).toEqual(third);
    });

    it('is refused for an execution that was deleted and started again under the same id', async () => {
      const { table } = current();
      const first = execution({ startedAt: noon + 1 });
      await table.executions.commit(first);
      const ofBefore = next(execution({ startedAt: noon }));
      expect(await table.executions.commit(ofBefore)).toEqual({ type: 'conflict', current: first });
    });

    it('is refused, with nothing to answer with, where the execution is gone', async () => {
      const { table } = current();
      expect(await table.executions.commit(next(execution()))).toEqual({
        type: 'conflict',
        current: undefined,
      });
      expect(await table.executions.read('order-17')).toBeUndefined();
    });

    it('wins alone among many of the same version, and the others learn what it wrote', async () => {
      const { table } = current();
      await table.executions.commit(execution());
      const racers = Array.from({ length: 12 }, (_, racer) => next(execution(), { state: `by ${racer}` }));
      const outcomes = await Promise.all(racers.map((racer) => table.executions.commit(racer)));
      const winners = racers.filter((_, racer) => outcomes[racer]?.type === 'committed');
      expect(winners).toHaveLength(1);
      expect(outcomes.filter(({ type }) => type === 'conflict')).toEqual(
        Array(11).fill({ type: 'conflict', current: winners[0] }),
      );
    });

    it('replaces all of the execution: what is gone from it is gone from the table', async () => {
      const { table } = current();
      const first = execution({
        waiting: { since: noon, attempts: 1, nextAttemptAt: noon + 1000 },
        tasks: [{ task: 1, worker: 'charge', attempt: 1, cause: 'start', deadline: noon + 30_000 }],
        wakeAt: noon + 1000,
      });
      await table.executions.commit(first);
      const { waiting: _, wakeAt: __, ...rest } = first;
      const second = next({ ...rest, tasks: [] });
      await table.executions.commit(second);
      expect(await table.executions.read('order-17')).toEqual(second);
    });
  });

  describe('the stored execution', () => {
    it('is text that any tool shows while it takes no more than 1 KB', async () => {
      const { table, get } = current();
      await table.executions.commit(execution({ snapshot: JSON.stringify({ context: 'x'.repeat(400) }) }));
      expect((await get('order-17', 'execution'))?.snapshot?.S).toContain('xxxx');
    });

    it('has its state compressed where that saves a write unit', async () => {
      const { table, get } = current();
      const large = execution({ snapshot: JSON.stringify({ context: 'x'.repeat(20_000) }) });
      await table.executions.commit(large);
      expect((await get('order-17', 'execution'))?.snapshot?.B?.length).toBeLessThan(200);
      expect(await table.executions.read('order-17')).toEqual(large);
    });

    it('has its state as text where compression would save nothing', async () => {
      const { table, get } = current();
      const large = execution({ snapshot: JSON.stringify(incompressible(1300)) });
      await table.executions.commit(large);
      expect((await get('order-17', 'execution'))?.snapshot?.S).toBe(large.snapshot);
    });

    it('fits with an output and task inputs that only compressed are within 400 KB', async () => {
      const { table } = current();
      const long = 'long '.repeat(60_000);
      const large = execution({
        output: { long },
        tasks: [{ task: 1, worker: 'charge', attempt: 1, cause: 'start', input: { long } }],
      });
      expect(await table.executions.commit(large)).toEqual({ type: 'committed' });
      expect(await table.executions.read('order-17')).toEqual(large);
    });

    it('is not written where even compressed it takes more than 400 KB', async () => {
      const { table } = current();
      await table.executions.commit(execution());
      const tooLarge = next(execution(), { snapshot: JSON.stringify(incompressible(600_000)) });
      const outcome = await table.executions.commit(tooLarge);
      expect(outcome).toEqual({ type: 'tooLarge', bytes: expect.any(Number) });
      expect(outcome.type === 'tooLarge' && outcome.bytes).toBeGreaterThan(400 * 1024);
      expect(await table.executions.read('order-17')).toEqual(execution());
    });
  });

  describe('a log segment', () => {
    it('is read as it was written, by its number', async () => {
      const { table } = current();
      await table.log.insertSegment('order-17', { number: 0, text: '=lx2k;s~0' });
      await table.log.insertSegment('order-17', { number: 12, text: '=lx2l;eA%3bB~1!Ended' });
      expect(await table.log.readSegment('order-17', 0)).toBe('=lx2k;s~0');
      expect(await table.log.readSegment('order-17', 12)).toBe('=lx2l;eA%3bB~1!Ended');
      expect(await table.log.readSegment('order-17', 1)).toBeUndefined();
    });

    it('is written once: another writer learns what is there', async () => {
      const { table } = current();
      const first = { number: 0, text: '=lx2k;s~0' };
      expect(await table.log.insertSegment('order-17', first)).toEqual({ type: 'inserted' });
      const exists = { type: 'exists', text: first.text };
      expect(await table.log.insertSegment('order-17', first)).toEqual(exists);
      expect(await table.log.insertSegment('order-17', { number: 0, text: '=lx2k;s~1' })).toEqual(exists);
      expect(await table.log.readSegment('order-17', 0)).toBe(first.text);
      await table.log.replaceSegment('order-17', { number: 0, text: '=lx2k;s~1' });
      expect(await table.log.readSegment('order-17', 0)).toBe('=lx2k;s~1');
    });

    it('is read as it was written, however long, with the results that it holds', async () => {
      const { table } = current();
      const output = { receiptId: 'rcpt-1', note: 'é%3b', amount: 4200 };
      const entry = (i: number) => `;i${i}#1~2s=${JSON.stringify(['book', 3, output])}`;
      const text = `=lx2k;s~0${Array.from({ length: 40 }, (_, i) => entry(i)).join('')}`;
      await table.log.insertSegment('order-17', { number: 0, text });
      expect(await table.log.readSegment('order-17', 0)).toBe(text);
      await table.executions.commit(execution({ log: text, logSegments: 1 }));
      expect((await table.executions.read('order-17'))?.log).toBe(text);
      expect((await table.executions.readHistory('order-17')).segments).toEqual([text]);
      const [outline] = (await table.outlines.readOutline('order-17')).items.filter(
        ({ type }) => type === 'execution',
      );
      expect(outline).toMatchObject({ log: text });
    });
  });
}

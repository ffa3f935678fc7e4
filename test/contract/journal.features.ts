import { describe, expect, it } from 'vitest';
import { event, execution, incompressible, noon, result } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const start = { executionId: 'order-17', machine: 'order', input: { customer: 'c-1', lines: [1, 2] } };
const references = (entries: readonly { readonly reference: string }[]) =>
  entries.map(({ reference }) => reference).sort();

export function journalFeatures(current: Current): void {
  describe('a start', () => {
    it('is inserted once: the same start again is the same execution', async () => {
      const { table } = current();
      expect(await table.journal.insertStart(start)).toEqual({ type: 'inserted' });
      expect(await table.journal.insertStart(start)).toEqual({ type: 'same' });
      const reordered = { ...start, input: { lines: [1, 2], customer: 'c-1' } };
      expect(await table.journal.insertStart(reordered)).toEqual({ type: 'same' });
    });

    it.each([
      ['another input', { ...start, input: { customer: 'c-1', lines: [2, 1] } }],
      ['no input', { executionId: start.executionId, machine: start.machine }],
      ['another machine', { ...start, machine: 'parcel' }],
      ['a version', { ...start, version: '2' }],
      [
        'a list of pairs where the object was',
        {
          ...start,
          input: [
            ['customer', 'c-1'],
            ['lines', [1, 2]],
          ],
        },
      ],
    ])('with %s is another one, and leaves the first as it is', async (_, other) => {
      const { table } = current();
      await table.journal.insertStart(start);
      expect(await table.journal.insertStart(other)).toEqual({ type: 'different' });
      expect(await table.journal.readStart('order-17')).toMatchObject({
        machine: 'order',
        input: start.input,
      });
    });

    it('is another one where what is stored cannot be read', async () => {
      const { table, put } = current();
      await put({
        executionId: { S: 'order-17' },
        item: { S: 'start' },
        machine: { S: 'order' },
        input: { B: Buffer.from('?') },
      });
      expect(await table.journal.insertStart(start)).toEqual({ type: 'different' });
    });

    it('wins alone among many at once', async () => {
      const { table } = current();
      const starts = Array.from({ length: 8 }, (_, input) => table.journal.insertStart({ ...start, input }));
      const outcomes = await Promise.all(starts);
      expect(outcomes.filter(({ type }) => type === 'inserted')).toHaveLength(1);
      expect(outcomes.filter(({ type }) => type === 'different')).toHaveLength(7);
    });
  });

  describe('a result', () => {
    it('is the first one that was written for its attempt', async () => {
      const { table } = current();
      expect(await table.journal.insertResult(result(1))).toBe('inserted');
      const failed = { status: 'FAILED', error: { name: 'Late', message: 'late' } } as const;
      expect(await table.journal.insertResult(result(1, { result: failed }))).toBe('exists');
      expect(await table.journal.readResults('order-17', [{ task: 1, attempt: 1 }])).toMatchObject([
        { result: { status: 'SUCCEEDED', output: { task: 1 } } },
      ]);
    });

    it('is the first one, which a later writer can get', async () => {
      const { table } = current();
      expect(await table.journal.insertResultOrGet(result(1))).toBeUndefined();
      const failed = { status: 'FAILED', error: { name: 'Late', message: 'late' } } as const;
      const there = await table.journal.insertResultOrGet(result(1, { result: failed }));
      expect(there).toMatchObject({
        kind: 'result',
        reference: 'task#1#1',
        result: { status: 'SUCCEEDED', output: { task: 1 } },
      });
    });

    it('of another attempt or task is a result of its own', async () => {
      const { table } = current();
      await table.journal.insertResult(result(1));
      expect(await table.journal.insertResult(result(1, { attempt: 2 }))).toBe('inserted');
      expect(await table.journal.insertResult(result(2))).toBe('inserted');
    });
  });

  describe('an event', () => {
    it('is inserted once by its id', async () => {
      const { table } = current();
      expect(await table.journal.insertEvent(event('a'))).toBe('inserted');
      expect(await table.journal.insertEvent(event('a', { content: { type: 'REFUSE' } }))).toBe('exists');
      expect(await table.journal.readEvents('order-17')).toMatchObject([{ type: 'APPROVE' }]);
    });
  });

  describe('an update of a list', () => {
    const limits = { concurrency: 5, tolerated: 0 };
    const content = { control: 'updateList', task: 3, number: 2, limits, note: { z: 1, a: [2] } } as const;

    it('is read as it was written', async () => {
      const { table } = current();
      await table.journal.insertEvent(event('u', { content }));
      const { control: _, ...read } = content;
      const [entry] = await table.journal.readEvents('order-17');
      expect(entry).toMatchObject({ kind: 'listUpdate', reference: 'event#u', ...read });
      expect(JSON.stringify(entry)).toContain(JSON.stringify(content.note));
    });

    it.each([
      ['a concurrency of 0', { ...content, limits: { ...limits, concurrency: 0 } }],
      ['a concurrency of 1001', { ...content, limits: { ...limits, concurrency: 1001 } }],
      ['a negative tolerance', { ...content, limits: { ...limits, tolerated: -1 } }],
      ['half an item', { ...content, limits: { ...limits, tolerated: 0.5 } }],
      ['no number', { ...content, number: 0 }],
    ])('with %s cannot be read', async (_, wrong) => {
      const { table } = current();
      await table.journal.insertEvent(event('u', { content: wrong }));
      const problem = expect.stringContaining("needs the Numbers 'list'");
      expect(await table.journal.readEvents('order-17')).toMatchObject([{ kind: 'invalidEvent', problem }]);
    });
  });

  describe('data of a journal item', () => {
    const long = 'long '.repeat(100_000);

    it('may be as large as 400 KB hold when it is compressed', async () => {
      const { table } = current();
      await table.journal.insertStart({ ...start, input: { long } });
      await table.journal.insertEvent(event('a', { content: { type: 'LONG', event: { long } } }));
      await table.journal.insertResult(result(1, { result: { status: 'SUCCEEDED', output: { long } } }));
      expect(await table.journal.readStart('order-17')).toMatchObject({ input: { long } });
      expect(await table.journal.readEvents('order-17')).toMatchObject([{ fields: { long } }]);
      expect(await table.journal.readResults('order-17', [{ task: 1, attempt: 1 }])).toMatchObject([
        { result: { output: { long } } },
      ]);
    });

    it('is refused, with nothing written, where even compressed it is larger', async () => {
      const { table } = current();
      const input = incompressible(600_000);
      const refusal = { code: 'ItemTooLarge' };
      await expect(table.journal.insertStart({ ...start, input })).rejects.toMatchObject(refusal);
      const content = { type: 'LONG', event: { input } };
      await expect(table.journal.insertEvent(event('a', { content }))).rejects.toMatchObject(refusal);
      const output = { status: 'SUCCEEDED', output: input } as const;
      await expect(table.journal.insertResult(result(1, { result: output }))).rejects.toMatchObject(refusal);
      expect(await table.journal.readAll('order-17')).toEqual([]);
    });
  });

  describe('reading the journal', () => {
    it('answers results of the attempts that have one, however many are asked for', async () => {
      const { table } = current();
      const written = Array.from({ length: 230 }, (_, task) => task);
      await Promise.all(written.map((task) => table.journal.insertResult(result(task))));
      const asked = Array.from({ length: 250 }, (_, task) => ({ task, attempt: 1 }));
      const results = await table.journal.readResults('order-17', [...asked, { task: 1, attempt: 2 }]);
      expect(references(results)).toEqual(written.map((task) => `task#${task}#1`).sort());
      expect(await table.journal.readResults('order-17', [])).toEqual([]);
    });

    it('answers start, events and results of one execution, and nothing else of its partition', async () => {
      const { table } = current();
      await table.journal.insertStart(start);
      await table.journal.insertEvent(event('a'));
      await table.journal.insertResult(result(1));
      await table.executions.commit(execution());
      await table.log.insertSegment('order-17', { number: 0, text: '=lx2k;s~0' });
      await table.journal.insertStart({ ...start, executionId: 'order-170' });
      await table.journal.insertEvent(event('b', { executionId: 'order-1' }));
      expect(references(await table.journal.readAll('order-17'))).toEqual(['event#a', 'start', 'task#1#1']);
      expect(references(await table.journal.readEvents('order-17'))).toEqual(['event#a']);
    });

    it('answers all of it where it is larger than a page of 1 MB', async () => {
      const { table } = current();
      const output = incompressible(80_000);
      const tasks = Array.from({ length: 20 }, (_, task) => task);
      await table.journal.insertStart(start);
      await table.executions.commit(execution({ logSegments: 1 }));
      await table.log.insertSegment('order-17', { number: 0, text: '=lx2k;s~0' });
      for (const task of tasks) {
        await table.journal.insertResult(result(task, { result: { status: 'SUCCEEDED', output } }));
        await table.journal.insertEvent(event(`e${task}`, { content: { type: 'LONG', event: { output } } }));
      }
      expect(await table.journal.readAll('order-17')).toHaveLength(41);
      expect(await table.journal.readEvents('order-17')).toHaveLength(20);
      const attempts = tasks.map((task) => ({ task, attempt: 1 }));
      expect(await table.journal.readResults('order-17', attempts)).toHaveLength(20);
      const history = await table.executions.readHistory('order-17');
      expect(history.journal).toHaveLength(41);
      expect(history.execution).toEqual(execution({ logSegments: 1 }));
      expect(history.segments).toEqual(['=lx2k;s~0']);
    });

    it('answers items by their references, and in pages', async () => {
      const { table } = current();
      await table.journal.insertStart(start);
      await table.executions.commit(execution({ logSegments: 1 }));
      const output = incompressible(80_000);
      for (let task = 0; task < 20; task++) {
        await table.journal.insertResult(result(task, { result: { status: 'SUCCEEDED', output } }));
        await table.journal.insertEvent(event(`e${task}`));
      }
      const asked = ['start', 'task#3#1', 'event#e3', 'task#99#1', 'event#none'];
      expect(references(await table.journal.readEntries('order-17', asked, undefined))).toEqual([
        'event#e3',
        'start',
        'task#3#1',
      ]);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await table.journal.readPage('order-17', undefined, cursor);
        paged.push(...references(page.items));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(paged.sort()).toEqual(references(await table.journal.readAll('order-17')));
      expect(await table.journal.readEntries('order-17', [], undefined)).toEqual([]);
    });

    it('answers what it is asked for twice once', async () => {
      const { table } = current();
      await table.journal.insertResult(result(1));
      await table.journal.insertResult(result(2));
      await table.log.insertSegment('order-17', { number: 3, text: '=3' });
      const [one, two] = [
        { task: 1, attempt: 1 },
        { task: 2, attempt: 1 },
      ];
      await table.attempts.writeBeat({ executionId: 'order-17', ...one, at: new Date(noon).toISOString() });
      const journal = await table.journal.readEntries(
        'order-17',
        ['task#1#1', 'task#2#1', 'task#1#1'],
        undefined,
      );
      expect(references(journal)).toEqual(['task#1#1', 'task#2#1']);
      expect(references(await table.journal.readResults('order-17', [two, one, two]))).toEqual(
        references(journal),
      );
      expect(await table.log.readSegments('order-17', [3, 3], undefined)).toEqual([
        { number: 3, text: '=3' },
      ]);
      expect(await table.attempts.readBeats('order-17', [one, one])).toHaveLength(1);
    });

    it('answers it once also where more than a hundred lie between', async () => {
      const { table } = current();
      await table.journal.insertResult(result(1));
      const between = Array.from({ length: 150 }, (_, task) => `task#${task + 2}#1`);
      const journal = await table.journal.readEntries(
        'order-17',
        ['task#1#1', ...between, 'task#1#1'],
        undefined,
      );
      expect(references(journal)).toEqual(['task#1#1']);
    });

    it('answers segments of the log by their numbers, without those that are gone', async () => {
      const { table } = current();
      for (const number of [2, 10]) await table.log.insertSegment('order-17', { number, text: `=${number}` });
      const segments = await table.log.readSegments('order-17', [1, 2, 10], undefined);
      expect([...segments].sort((a, b) => a.number - b.number)).toEqual([
        { number: 2, text: '=2' },
        { number: 10, text: '=10' },
      ]);
    });

    it('has the segments of the log in the order of their numbers', async () => {
      const { table } = current();
      await table.executions.commit(execution({ logSegments: 12 }));
      const numbers = Array.from({ length: 12 }, (_, number) => number);
      for (const number of numbers) await table.log.insertSegment('order-17', { number, text: `=${number}` });
      expect((await table.executions.readHistory('order-17')).segments).toEqual(
        numbers.map((number) => `=${number}`),
      );
    });

    it('answers nothing for an execution that does not exist', async () => {
      const { table } = current();
      expect(await table.executions.read('order-17')).toBeUndefined();
      expect(await table.journal.readStart('order-17')).toBeUndefined();
      expect(await table.journal.readEvents('order-17')).toEqual([]);
      expect(await table.journal.readAll('order-17')).toEqual([]);
      expect(await table.executions.readHistory('order-17')).toEqual({
        execution: undefined,
        journal: [],
        segments: [],
      });
    });
  });
}

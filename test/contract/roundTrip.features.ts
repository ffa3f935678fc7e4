import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyExecution, asJson, json, jsonObject, text } from './arbitraries.ts';
import { event, result } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const runs = { numRuns: 60 };

/** The id of an execution that no other run, and no smaller counterexample, has met. */
const newId = () => `order-${randomUUID()}`;

export function roundTripFeatures(current: Current): void {
  describe('what is stored comes back as it was', () => {
    it('every field of an execution', async () => {
      await fc.assert(
        fc.asyncProperty(anyExecution(), async (generated) => {
          const { table } = current();
          const executionId = newId();
          const lists = generated.lists?.map((each) => {
            const isOwn = each.items.executionId === generated.executionId;
            return isOwn ? { ...each, items: { ...each.items, executionId } } : each;
          });
          const execution = { ...generated, executionId, ...(lists && { lists }) };
          expect(await table.executions.commit(execution)).toEqual({ type: 'committed' });
          const read = await table.executions.read(execution.executionId);
          expect(asJson(read)).toEqual(asJson(execution));
          expect(read?.snapshot).toBe(execution.snapshot);
          expect(read?.log).toBe(execution.log);
        }),
        runs,
      );
    });

    it('the input of a start', async () => {
      await fc.assert(
        fc.asyncProperty(json(), async (input) => {
          const { table } = current();
          const executionId = newId();
          const start = { executionId, machine: 'order', version: '2', input };
          expect(await table.journal.insertStart(start)).toEqual({ type: 'inserted' });
          expect(asJson(await table.journal.readStart(executionId))).toEqual(
            asJson({ kind: 'start', reference: 'start', machine: 'order', version: '2', input }),
          );
          expect(await table.journal.insertStart(start)).toEqual({ type: 'same' });
        }),
        runs,
      );
    });

    it('the fields of an event', async () => {
      await fc.assert(
        fc.asyncProperty(jsonObject(), async (fields) => {
          const { table } = current();
          const executionId = newId();
          const sent = event('a;b~c%d#e', { executionId, content: { type: 'APPROVE', event: fields } });
          await table.journal.insertEvent(sent);
          expect(asJson(await table.journal.readEvents(executionId))).toEqual(
            asJson([{ kind: 'event', reference: 'event#a;b~c%d#e', at: sent.at, type: 'APPROVE', fields }]),
          );
        }),
        runs,
      );
    });

    it('the output of a task', async () => {
      await fc.assert(
        fc.asyncProperty(json(), async (output) => {
          const { table } = current();
          const executionId = newId();
          const written = result(7, { executionId, attempt: 2, result: { status: 'SUCCEEDED', output } });
          await table.journal.insertResult(written);
          expect(asJson(await table.journal.readResults(executionId, [{ task: 7, attempt: 2 }]))).toEqual(
            asJson([
              {
                kind: 'result',
                reference: 'task#7#2',
                task: 7,
                attempt: 2,
                worker: 'charge',
                at: written.endedAt,
                result: { status: 'SUCCEEDED', output },
              },
            ]),
          );
        }),
        runs,
      );
    });

    it('the items of a list, and their results apart from those of other tasks', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(json(), { maxLength: 5 }), async (items) => {
          const { table } = current();
          const executionId = newId();
          const page = { task: 1, hash: 'e3b0', page: 2 };
          await table.lists.writePage(executionId, page, items);
          expect(asJson(await table.lists.readPage(executionId, page))).toEqual(asJson(items));
          expect(await table.lists.readPage(executionId, { ...page, page: 1 })).toBeUndefined();
        }),
        runs,
      );
      const { table } = current();
      const numbers = [
        { task: 1, index: 0 },
        { task: 1, index: 17, attempt: 2 },
        { task: 1 },
        { task: 11, index: 0 },
      ];
      for (const { task, ...rest } of numbers) await table.journal.insertResult(result(task, rest));
      const read = await table.journal.readItemResults('order-17', 1);
      expect(read.map(({ reference }) => reference).sort()).toEqual(['task#1.0#1', 'task#1.17#2']);
      expect(await table.journal.readResults('order-17', [{ task: 1, index: 17, attempt: 2 }])).toMatchObject(
        [{ task: 1, index: 17, attempt: 2 }],
      );
    });

    it('the error of a task, with fields of its own', async () => {
      const error = fc.record({
        name: text().filter((name) => name !== ''),
        message: text(),
        retryable: fc.boolean(),
        details: json(),
      });
      await fc.assert(
        fc.asyncProperty(error, async (error) => {
          const { table } = current();
          const executionId = newId();
          await table.journal.insertResult(result(1, { executionId, result: { status: 'FAILED', error } }));
          const [read] = await table.journal.readResults(executionId, [{ task: 1, attempt: 1 }]);
          expect(asJson(read)).toMatchObject({ result: asJson({ status: 'FAILED', error }) });
        }),
        runs,
      );
    });

    it('an operator’s word, with its cause', async () => {
      const { table } = current();
      await table.journal.insertEvent(
        event('stop', { content: { control: 'stop', cause: 'ordered twice' } }),
      );
      await table.journal.insertEvent(event('redrive', { content: { control: 'redrive' } }));
      const read = await table.journal.readEvents('order-17');
      expect(read).toHaveLength(2);
      expect(read).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'control', control: 'stop', cause: 'ordered twice' }),
          expect.objectContaining({ kind: 'control', control: 'redrive', reference: 'event#redrive' }),
        ]),
      );
    });

    it('with the keys of objects in the order in which they were written, however often it is read', async () => {
      const { table } = current();
      const input = { zeta: 1, alpha: 2, nested: { b10: 1, b9: 2, a: 3 }, mu: 4 };
      await table.journal.insertStart({ executionId: 'order-17', machine: 'order', input });
      for (let read = 0; read < 5; read++) {
        const start = await table.journal.readStart('order-17');
        expect(start?.kind === 'start' && JSON.stringify(start.input)).toBe(JSON.stringify(input));
      }
    });
  });
}

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Emission } from '../../orchestrator/core/execution/model/emission.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import { decodeCommitRecord } from '../../orchestrator/table/commitRecord.ts';
import { anyExecution, asJson, jsonObject } from './arbitraries.ts';
import { ended, execution, incompressible, next } from './examples.ts';
import type { Current } from './tableUnderTest.ts';

const emission = (): fc.Arbitrary<Emission> =>
  fc.oneof(
    fc.record({ status: fc.constantFrom(...executionStatuses) }),
    fc.record({ event: jsonObject().map((fields) => ({ ...fields, type: 'shipped' })) }),
  );

export function emittedFeatures(current: Current): void {
  describe('the events of a commit for the bus', () => {
    it('is a text in its item, readable, and gone with the next commit', async () => {
      const { table, get } = current();
      const first = execution();
      await table.executions.commit(first, [], [{ status: 'RUNNING' }, { event: { type: 'shipped' } }]);
      const item = await get('order-17', 'execution');
      expect(item?.emitted).toEqual({ S: '[{"status":"RUNNING"},{"event":{"type":"shipped"}}]' });
      expect(await table.executions.read('order-17')).toEqual(first);
      await table.executions.commit(next(first));
      expect(await get('order-17', 'execution')).not.toHaveProperty('emitted');
    });

    it('is in the item of a commit that starts a child in the same transaction', async () => {
      const { table, get } = current();
      const child = { type: 'start', receiver: 'order-17.1', machine: 'order', version: '3' } as const;
      const first = execution();
      expect(await table.executions.commit(first, [child], [{ status: 'RUNNING' }])).toEqual({
        type: 'committed',
      });
      expect((await get('order-17', 'execution'))?.emitted).toEqual({ S: '[{"status":"RUNNING"}]' });
      expect(await get('order-17.1', 'start')).not.toHaveProperty('emitted');
    });

    it('takes no attribute where it is nothing', async () => {
      const { table, get } = current();
      await table.executions.commit(execution(), [], []);
      const item = await get('order-17', 'execution');
      expect(item).not.toHaveProperty('emitted');
      expect(item && decodeCommitRecord(item)).toBeUndefined();
    });

    it('come back from the item as they were, with all that the bus reports of the execution', async () => {
      const anyEmitted = fc.array(emission(), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(anyExecution(), anyEmitted, async (generated, emitted) => {
          const { table, get } = current();
          const executionId = `order-${randomUUID()}`;
          expect(await table.executions.commit({ ...generated, executionId }, [], emitted)).toEqual({
            type: 'committed',
          });
          const record = decodeCommitRecord((await get(executionId, 'execution')) ?? {});
          expect(asJson(record?.emitted)).toEqual(asJson(emitted));
          const { snapshot: _, tasks: __, ...told } = generated;
          expect(asJson(record?.execution)).toMatchObject(asJson({ ...told, executionId }) as object);
        }),
        { numRuns: 40 },
      );
    });

    it('is compressed where the item is large, and counts towards its size', async () => {
      const { table, get } = current();
      const repeated: Emission[] = [{ event: { type: 'shipped', text: 'tea '.repeat(200_000) } }];
      expect(await table.executions.commit(ended(), [], repeated)).toEqual({ type: 'committed' });
      const item = (await get('order-17', 'execution')) ?? {};
      expect(item.emitted?.B).toBeDefined();
      expect(decodeCommitRecord(item)?.emitted).toEqual(repeated);
      const noise: Emission[] = [{ event: { type: 'shipped', text: incompressible(600_000) } }];
      const outcome = await table.executions.commit({ ...ended(), executionId: 'order-18' }, [], noise);
      expect(outcome.type).toBe('tooLarge');
    });
  });

  describe('an execution item that someone else wrote', () => {
    it.each([
      ['no JSON', 'RUNNING'],
      ['no list', '{}'],
      ['neither statuses nor events', '[{"status":"ASLEEP"}]'],
    ])('is not a commit for the bus where `emitted` is %s', async (_, emitted) => {
      const { table, get, put } = current();
      await table.executions.commit(execution());
      const item = (await get('order-17', 'execution')) ?? {};
      await put({ ...item, emitted: { S: emitted } });
      const written = (await get('order-17', 'execution')) ?? {};
      expect(() => decodeCommitRecord(written)).toThrow("no readable 'emitted'");
    });
  });
}

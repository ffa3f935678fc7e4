import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, type TestCloud } from './testCloud.ts';

const parcelInput = { M: { city: { S: 'Delft' }, contents: { L: [{ S: 'cup' }, { S: 'plate' }] } } };
const approval = {
  item: { S: 'event#approve' },
  type: { S: 'APPROVE' },
  event: { M: { by: { S: 'Ada' } } },
};

/** Any user of DynamoDB can do this with the table, however the cloud was deployed. */
export function startAndQueryFeatures(start: () => Promise<TestCloud>): void {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await start();
  });
  afterAll(() => cloud?.stop());

  describe('an execution that is started with PutItem', () => {
    it('runs parallel tasks, takes an event written with PutItem, retries, and shows its output in the item', async () => {
      await cloud.put(startItem('p1', 'parcel', parcelInput));
      const waiting = await cloud.until('p1', ({ state }) => state === 'approval');
      expect(waiting).toMatchObject({ status: 'RUNNING', machine: 'parcel', machineVersion: '1' });
      expect(waiting).not.toHaveProperty('tasks');

      await cloud.put({ executionId: { S: 'p1' }, ...approval });
      const ended = await cloud.until('p1', hasStatus('SUCCEEDED', 'FAILED'));
      expect(ended).toMatchObject({
        status: 'SUCCEEDED',
        state: 'delivered',
        output: { label: 'to Delft', grams: 500, attempts: 2 },
        endedAt: expect.any(String),
      });
      expect(ended.expiresAt).toBeGreaterThan(Date.now() / 1000 + 90 * 86_400);
    });

    it('has its start, results, event and state in one partition', async () => {
      const items = await cloud.partition('p1');
      const keys = items.map(({ item }) => item);
      // The result of task 1, a promise, is in the log.
      expect(keys).toEqual(['event#approve', 'execution', 'start', 'task#0#1', 'task#2#1', 'task#2#2']);
      expect(items.find(({ item }) => item === 'task#2#1')).toMatchObject({
        status: 'FAILED',
        error: { name: 'TruckBrokeDown', message: 'Another truck is on its way.' },
      });
      expect(items.find(({ item }) => item === 'task#2#2')).toMatchObject({
        status: 'SUCCEEDED',
        output: { attempts: 2 },
      });
    });

    it('cannot be started a second time: the documented condition fails', async () => {
      await expect(cloud.put(startItem('p1', 'parcel', parcelInput))).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
      });
    });

    it('is in the index by when it must wake while it runs, and by machine, status and end after', async () => {
      await cloud.put(startItem('p2', 'parcel', parcelInput));
      await cloud.until('p2', ({ state }) => state === 'approval');
      const shards = Array.from({ length: 4 }, (_, shard) => shard);
      const inIndex = async (prefix: string) =>
        (await Promise.all(shards.map((shard) => cloud.index(`${prefix}#${shard}`)))).flat();
      expect((await inIndex('due')).map(({ executionId }) => executionId)).toContain('p2');
      const [listed] = (await inIndex('parcel#SUCCEEDED')).filter(({ executionId }) => executionId === 'p1');
      const { endedAt } = (await cloud.execution('p1')) ?? {};
      expect(listed).toMatchObject({ machine: 'parcel', mr_sk: Date.parse(String(endedAt)) });
    });

    it('is ended as ABORTED by a stop written with PutItem', async () => {
      await cloud.put({
        executionId: { S: 'p2' },
        item: { S: 'event#stop-1' },
        control: { S: 'stop' },
        cause: { S: 'ordered twice' },
      });
      expect(await cloud.until('p2', hasStatus('ABORTED'))).toMatchObject({ state: 'approval' });
      // An event after the end is recorded, and changes nothing.
      await cloud.put({ executionId: { S: 'p2' }, ...approval });
      const after = await cloud.until('p2', ({ log }) => String(log).includes('eapprove'));
      expect(after).toMatchObject({ status: 'ABORTED' });
      expect(after.log).toMatch(/;eapprove~[0-9a-z]+!Ended$/);
    });

    it('takes events that were written before its start', async () => {
      await cloud.put({ executionId: { S: 'p3' }, item: { S: 'event#1' }, control: { S: 'stop' } });
      await cloud.put(startItem('p3', 'parcel', parcelInput));
      expect(await cloud.until('p3', hasStatus('ABORTED', 'SUCCEEDED'))).toMatchObject({ status: 'ABORTED' });
    });
  });

  describe('a machine that is JSON alone', () => {
    it('runs with a worker in plain Node.js, without the SDK', async () => {
      await cloud.put(startItem('i1', 'invoice'));
      expect(await cloud.until('i1', hasStatus('SUCCEEDED', 'FAILED'))).toMatchObject({
        status: 'SUCCEEDED',
        state: 'sent',
      });
      const result = (await cloud.partition('i1')).find(({ item }) => item === 'task#0#1');
      expect(result).toMatchObject({ status: 'SUCCEEDED', output: { net: 10000, vat: 2100 } });
    });
  });

  describe('a start item that is none', () => {
    it.each([
      ['has no machine', 'bad1', { executionId: { S: 'bad1' }, item: { S: 'start' } }, /needs 'machine'/],
      [
        'has a version that is no String',
        'bad2',
        { ...startItem('bad2', 'invoice'), version: { N: '1' } },
        /version/,
      ],
      ['has a reserved character in its id', 'bad.3', startItem('bad.3', 'invoice'), /'\.'/],
    ])('that %s ends as FAILED with InvalidStart', async (_, executionId, item, message) => {
      await cloud.put(item);
      const { error } = await cloud.until(executionId, hasStatus('FAILED'));
      expect(error).toMatchObject({ code: 'InvalidStart', message: expect.stringMatching(message) });
    });
  });
}

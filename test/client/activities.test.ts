import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signature } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [signature]);
});
afterAll(() => testTable.stop());

async function waiting(...ids: readonly string[]): Promise<void> {
  for (const executionId of ids) {
    deployment.now += 1000;
    await deployment.client.start(signature, { executionId, input: { page: 7 } });
    await deployment.orchestrate(executionId);
  }
}

const take = () => deployment.client.getActivityTask('sign-page', { waitMs: 0 });

describe('getActivityTask', () => {
  it('gives each task to one of many callers at once', async () => {
    await waiting('a-1', 'a-2', 'a-3');
    const taken = await Promise.all(Array.from({ length: 5 }, take));
    const ids = taken.flatMap((task) => task?.executionId ?? []).sort();
    expect(new Set(ids).size).toBe(ids.length);
    for (let task = await take(); task; task = await take()) ids.push(task.executionId);
    expect(ids.sort()).toEqual(['a-1', 'a-2', 'a-3']);
  });

  it('looks again until there is one, at growing intervals', async () => {
    deployment.whilePausing = async () => {
      if (deployment.pausesMs.length === 3) await waiting('b-1');
    };
    deployment.pausesMs.length = 0;
    expect(await deployment.client.getActivityTask('sign-page')).toMatchObject({ executionId: 'b-1' });
    expect(deployment.pausesMs).toEqual([250, 500, 1000]);
    deployment.whilePausing = async () => {};
    deployment.pausesMs.length = 0;
    expect(await deployment.client.getActivityTask('sign-page', { waitMs: 5000 })).toBeUndefined();
    expect(deployment.pausesMs).toEqual([250, 500, 1000, 2000, 1250]);
  });

  it('refuses a time to wait that is not a number', async () => {
    const asked = deployment.client.getActivityTask('sign-page', { waitMs: Number.NaN });
    await expect(asked).rejects.toMatchObject({
      code: 'UnknownOption',
      message: expect.stringContaining('waitMs is NaN'),
    });
  });

  it('takes the task out of the queue of an execution that waits for nothing any more', async () => {
    await waiting('c-1', 'c-2');
    await deployment.client.stop('c-1');
    await deployment.orchestrate('c-1');
    expect(await take()).toMatchObject({ executionId: 'c-2' });
    const { attempts } = await deployment.table.index.readQueue({ activity: 'sign-page', limit: 10 });
    expect(attempts).toEqual([]);
  });

  it('refuses a name that Step Functions would refuse', async () => {
    for (const name of ['', 'a b', 'a#b', 'x'.repeat(81)]) {
      await expect(deployment.client.getActivityTask(name)).rejects.toMatchObject({
        code: 'InvalidActivityName',
      });
    }
    const options = { workerName: 'a/b', waitMs: 0 };
    await expect(deployment.client.getActivityTask('sign-page', options)).rejects.toMatchObject({
      code: 'InvalidActivityName',
    });
  });

  it('costs half a read unit for each shard, and two write units where there is a task', async () => {
    const measured = async (run: () => Promise<unknown>) => {
      deployment.consumed.length = 0;
      await run();
      return {
        writeUnits: deployment.consumed.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
        readUnits: deployment.consumed.reduce((sum, { readUnits }) => sum + readUnits, 0),
      };
    };
    expect(await measured(take)).toEqual({ writeUnits: 0, readUnits: 2 });
    await waiting('d-1');
    expect((await measured(take)).writeUnits).toBe(2);
  });
});

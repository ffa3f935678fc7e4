import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { drawEventSourceFaults } from '../../local/eventSource/faults.ts';
import { hasStatus, startTestCloud, type TestCloud } from './testCloud.ts';

const definition = {
  StartAt: 'Approve',
  States: {
    Approve: {
      Type: 'Task',
      Resource: 'arn:aws:states:eu-west-1:123456789012:activity:approve-order',
      TimeoutSeconds: 300,
      HeartbeatSeconds: 3,
      Retry: [{ ErrorEquals: ['States.HeartbeatTimeout'], IntervalSeconds: 1 }],
      End: true,
    },
  },
};

describe.each([
  ['once', {}],
  ['twice', { eventSource: drawEventSourceFaults({ seed: 7, duplicateRecord: 0.7 }) }],
])('an activity of a definition, with records that come %s', (_, faults) => {
  let cloud: TestCloud;
  let client: MillraceClient;
  let machinesDirectory: string;
  beforeAll(async () => {
    machinesDirectory = await mkdtemp(join(tmpdir(), 'activities-'));
    await writeFile(join(machinesDirectory, 'approval.asl.json'), JSON.stringify(definition));
    cloud = await startTestCloud({ machinesDirectory, faults });
    const { dynamodb, tableName } = cloud.cloud;
    client = createClient({ dynamodb, tableName });
  });
  afterAll(async () => {
    await cloud?.stop();
    await rm(machinesDirectory, { recursive: true, force: true });
  });

  const take = () => client.getActivityTask('approve-order', { workerName: 'ada', waitMs: 20_000 });

  it('hands each of ten tasks to one of four workers, which give the results', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `order-${i}`);
    for (const executionId of ids) await client.start('approval', { executionId, input: { executionId } });
    const taken: string[] = [];
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        while (taken.length < ids.length) {
          const task = await client.getActivityTask('approve-order', { waitMs: 2000 });
          if (!task) continue;
          taken.push(task.executionId);
          await client.completeTask(task.token, task.input);
        }
      }),
    );
    expect(taken.sort()).toEqual(ids);
    for (const executionId of ids) {
      const { status, output } = await cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED'), 20_000);
      expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { executionId } });
    }
  });

  it('finds a worker that died, and hands the task to another', async () => {
    await client.start('approval', { executionId: 'dead', input: {} });
    const first = await take();
    const second = await take();
    expect([first?.executionId, second?.executionId]).toEqual(['dead', 'dead']);
    expect(second?.token).not.toBe(first?.token);
    await expect(client.completeTask(first?.token ?? '')).rejects.toMatchObject({ code: 'TaskNotOpen' });
    await client.completeTask(second?.token ?? '', 'yes');
    expect(await cloud.until('dead', hasStatus('SUCCEEDED'), 20_000)).toMatchObject({ output: 'yes' });
  });
});

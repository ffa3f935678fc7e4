import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approval } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [approval], { ask: () => undefined });
});
afterAll(() => testTable.stop());

async function asked(executionId: string): Promise<string> {
  await deployment.client.start(approval, { executionId });
  await deployment.orchestrate(executionId);
  const { tasks } = await deployment.client.describe(executionId);
  return tasks[0]?.token ?? '';
}

async function outcomeOf(executionId: string) {
  await deployment.orchestrate(executionId);
  const { status, state, output } = await deployment.client.describe(executionId);
  return { status, state, output };
}

describe('the result of a task that waits for one', () => {
  it('is given by its token, which describe shows', async () => {
    const token = await asked('a-1');
    expect(token).toBe('a-1#0#1');
    await deployment.client.completeTask(token, { by: 'Ada' });
    expect(await outcomeOf('a-1')).toEqual({ status: 'SUCCEEDED', state: 'answered', output: { by: 'Ada' } });
  });

  it('may be a failure, by name', async () => {
    const token = await asked('a-2');
    await deployment.client.failTask(token, { name: 'OverBudget', message: 'no', retryable: false });
    expect(await outcomeOf('a-2')).toEqual({ status: 'SUCCEEDED', state: 'refused', output: 'OverBudget' });
  });

  it('may be given twice, but not two different ones: the first counts', async () => {
    const token = await asked('a-3');
    await deployment.client.completeTask(token, 1);
    await deployment.client.completeTask(token, 1);
    await expect(deployment.client.completeTask(token, 2)).rejects.toMatchObject({
      code: 'TaskAlreadyCompleted',
    });
    expect(await outcomeOf('a-3')).toMatchObject({ output: 1 });
    await deployment.client.completeTask(token, 1);
    await expect(deployment.client.failTask(token, { name: 'Late' })).rejects.toMatchObject({
      code: 'TaskAlreadyCompleted',
    });
  });

  it('is refused where no one waits for it', async () => {
    const token = await asked('a-4');
    await deployment.client.stop('a-4');
    await deployment.orchestrate('a-4');
    const other = token.replace('#0#', '#9#');
    await expect(deployment.client.completeTask(other)).rejects.toMatchObject({ code: 'TaskNotOpen' });
    await expect(deployment.client.heartbeatTask(other)).rejects.toMatchObject({ code: 'TaskNotOpen' });
    await expect(deployment.client.completeTask('nowhere#0#1')).rejects.toMatchObject({
      code: 'ExecutionNotFound',
    });
  });

  it.each(['', 'a-1', 'a-1#0', 'a-1#x#1', 'a-1#0#1#2'])(
    'is refused with %j, which is not a token',
    async (token) => {
      await expect(deployment.client.completeTask(token)).rejects.toMatchObject({ code: 'InvalidTaskToken' });
    },
  );

  it('must survive JSON, and an error needs a name', async () => {
    const token = await asked('a-5');
    await expect(deployment.client.completeTask(token, { n: 1n })).rejects.toMatchObject({
      code: 'NotSerializable',
    });
    await expect(deployment.client.failTask(token, { name: '' })).rejects.toMatchObject({
      code: 'InvalidTaskError',
    });
    expect(await outcomeOf('a-5')).toMatchObject({ status: 'RUNNING' });
  });
});

describe('a heartbeat by token', () => {
  it('keeps the task open, and shows how far it is', async () => {
    const token = await asked('a-6');
    deployment.now += 20 * 3_600_000;
    await deployment.client.heartbeatTask(token, { progress: { pages: 12 } });
    const at = new Date(deployment.now).toISOString();
    deployment.now += 4 * 3_600_000;
    await deployment.wake('a-6');
    const { status, tasks } = await deployment.client.describe('a-6');
    expect(status).toBe('RUNNING');
    expect(tasks).toMatchObject([
      {
        heartbeatAt: new Date(deployment.now + 24 * 3_600_000).toISOString(),
        lastHeartbeat: { at, progress: { pages: 12 } },
      },
    ]);
    deployment.now += 24 * 3_600_000;
    await deployment.wake('a-6');
    expect(await outcomeOf('a-6')).toMatchObject({ state: 'refused', output: 'States.HeartbeatTimeout' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

let cloud: TestCloud;
let client: MillraceClient;
beforeAll(async () => {
  cloud = await startTestCloud();
  const { dynamodb, tableName } = cloud.cloud;
  client = createClient({ dynamodb, tableName });
  await Promise.all(
    ['steady', 'silent', 'once', 'elsewhere', 'client'].map((id) => {
      const kind = id === 'client' ? 'elsewhere' : id;
      return cloud.put(startItem(id, 'errand', { M: { kind: { S: kind } } }));
    }),
  );
});
afterAll(() => cloud?.stop());

const ended = hasStatus('SUCCEEDED', 'FAILED');

describe('a task with a heartbeat of five seconds', () => {
  it('runs for longer while its worker gives signs of life', async () => {
    const execution = await cloud.until('steady', ended, 30_000);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', state: 'done', output: 'arrived' });
    const beat = (await cloud.partition('steady')).find(({ item }) => item === 'beat#0#1');
    expect(beat).toMatchObject({ count: 10, progress: { step: 10 } });
  });

  it('is given up when there are none, long before its timeout', async () => {
    expect(await cloud.until('silent', ended, 30_000)).toMatchObject({ state: 'silent' });
  });
});

describe('a `once` task whose process dies', () => {
  it('leaves its machine to decide on the unknown outcome', async () => {
    expect(await cloud.until('once', ended, 30_000)).toMatchObject({ state: 'unknown' });
    const claims = (await cloud.partition('once')).filter(({ item }) => String(item).startsWith('claim#'));
    expect(claims).toMatchObject([{ item: 'claim#0#1' }]);
  });
});

describe('a task that waits for a result', () => {
  const hasBegun = (id: string) => async () =>
    (await cloud.partition(id)).some(({ item }) => item === 'beat#0#1');

  it('takes one that anybody has put into the table', async () => {
    await expect.poll(hasBegun('elsewhere'), { timeout: 10_000 }).toBe(true);
    await cloud.put({
      executionId: { S: 'elsewhere' },
      item: { S: 'task#0#1' },
      status: { S: 'SUCCEEDED' },
      output: { M: { by: { S: 'Ada' } } },
    });
    expect(await cloud.until('elsewhere', ended)).toMatchObject({ state: 'done', output: { by: 'Ada' } });
  });

  it('takes one from the client, by its token', async () => {
    await expect.poll(hasBegun('client'), { timeout: 10_000 }).toBe(true);
    const { tasks } = await client.describe('client');
    await client.completeTask(tasks[0]?.token ?? '', { by: 'Bo' });
    expect(await cloud.until('client', ended)).toMatchObject({ state: 'done', output: { by: 'Bo' } });
  });
});

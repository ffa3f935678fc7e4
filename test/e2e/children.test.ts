import { afterAll, beforeAll, expect, it } from 'vitest';
import { trip } from '../support/trip.ts';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud?.stop());

const cities = { M: { cities: { L: ['Gent', 'Delft'].map((S) => ({ S })) } } };

it('machines start machines as executions of their own, talk with them, and end with their outputs', async () => {
  await cloud.put(startItem('italy', 'trip', cities));
  expect(await cloud.until('italy', hasStatus('SUCCEEDED', 'FAILED'))).toMatchObject({
    status: 'SUCCEEDED',
    output: { cost: 90, receipts: ['Delft for 50', 'Gent for 40'] },
  });
  for (const executionId of ['italy', 'italy.0', 'italy.0.1', 'italy.1', 'italy.1.1']) {
    expect(await cloud.execution(executionId), executionId).toMatchObject({ status: 'SUCCEEDED' });
    await expectReplayOnce(cloud, [trip], executionId);
  }
  const journal = (await cloud.partition('italy')).map(({ item }) => item);
  expect(journal).toEqual([
    'execution',
    'message#italy.0#1',
    'message#italy.0#2',
    'message#italy.1#1',
    'message#italy.1#2',
    'start',
  ]);
});

it('a parent that is stopped stops its children, and theirs', async () => {
  await cloud.put(startItem('spain', 'trip', { M: { cities: { L: [{ S: 'Cadiz' }] } } }));
  await cloud.until('spain', ({ children }) => children !== undefined);
  await cloud.put({
    executionId: { S: 'spain' },
    item: { S: 'event#stop' },
    control: { S: 'stop' },
  });
  await cloud.until('spain', hasStatus('ABORTED'));
  const children = async () =>
    (await cloud.index('due#0')).concat(
      ...(await Promise.all([1, 2, 3].map((shard) => cloud.index(`due#${shard}`)))),
    );
  await expect.poll(children, { timeout: 20_000 }).toEqual([]);
});

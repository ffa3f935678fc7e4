import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { albums } from './machines/albums.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud?.stop());

const input = (images: number, unreadable: readonly number[]) => ({
  M: {
    images: { N: String(images) },
    unreadable: { L: unreadable.map((each) => ({ N: String(each) })) },
  },
});

describe('each, on the local cloud', () => {
  it('has each item done by its worker, and the outputs in order with tolerated failures in their places', async () => {
    await cloud.put(startItem('a1', 'albums', input(40, [5, 21])));
    const { status, output } = await cloud.until('a1', hasStatus('SUCCEEDED', 'FAILED'), 60_000);
    const lines = Array.from({ length: 40 }, (_, number) =>
      number === 5 || number === 21 ? 'UnreadableImage' : `${100 + number} wide`,
    );
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { lines, problem: null } });
    await expectReplayOnce(cloud, [albums], 'a1');
  }, 70_000);

  it('keeps the list in an item of its own, and each result in the journal', async () => {
    const keys = (await cloud.partition('a1')).map(({ item }) => String(item));
    expect(keys.filter((key) => /^items#[01]#[0-9a-f]{16}#0$/.test(key))).toHaveLength(2);
    expect(keys).toContain('task#0.39#1');
    expect(keys).toContain('task#0.3#2');
    expect(keys).toContain('task#1.39#1');
  });

  it('has a list of hundreds worked on by executions of its own', async () => {
    await cloud.put(startItem('c1', 'census', { M: { count: { N: '420' } } }));
    const { status, output } = await cloud.until('c1', hasStatus('SUCCEEDED', 'FAILED'), 100_000);
    const sum = (420 * 421) / 2;
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { first: [1, 2, 3], sum } });
    expect(await cloud.execution('c1.0')).toMatchObject({ machine: 'census.add', status: 'SUCCEEDED' });
    const part = await cloud.partition('c1.0.3');
    expect(part.map(({ item }) => item)).toContain('task#0.419#1');
    expect(part.map(({ item }) => item)).not.toContain('task#0.399#1');
  }, 110_000);

  it('gives onError the first errors where more fail than it tolerates', async () => {
    await cloud.put(startItem('a2', 'albums', input(20, [0, 1, 2])));
    const { output } = await cloud.until('a2', hasStatus('SUCCEEDED', 'FAILED'), 60_000);
    expect(output).toMatchObject({
      problem: {
        name: 'States.ExceedToleratedFailureThreshold',
        failures: 3,
        count: 20,
        errors: [{ name: 'UnreadableImage' }, { name: 'UnreadableImage' }, { name: 'UnreadableImage' }],
      },
    });
  }, 70_000);
});

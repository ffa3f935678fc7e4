import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
    const part = await cloud.partition('c1.0.12');
    expect(part.map(({ item }) => item)).toContain('task#0.419#1');
    expect(part.map(({ item }) => item)).not.toContain('task#0.399#1');
  }, 110_000);

  it('works on the items of a file in the store, and writes what becomes of them beside it', async () => {
    const store = fileURLToPath(cloud.cloud.environment.MILLRACE_STORE ?? '');
    await mkdir(join(store, 'imports'), { recursive: true });
    const rows = Array.from({ length: 230 }, (_, number) => `${number},"name ${number}"\n`);
    await writeFile(join(store, 'imports/people.csv'), `number,name\n${rows.join('')}`);
    await cloud.put(startItem('r1', 'roster', { M: { file: { S: 'imports/people.csv' } } }));
    const { status, output } = await cloud.until('r1', hasStatus('SUCCEEDED', 'FAILED'), 100_000);
    const results = 'imports/people.csv.results/r1.0/manifest.json';
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { count: 230, succeeded: 230, failed: 0, results },
    });
    const { files } = JSON.parse(await readFile(join(store, results), 'utf8'));
    const lines = (await Promise.all(files.map((file: string) => readFile(join(store, file), 'utf8')))).join(
      '',
    );
    const written = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(written).toHaveLength(230);
    expect(written[229]).toEqual({ index: 229, output: 'NAME 229' });
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

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

describe.each([
  { results: 'in the log, except for the one of the process that died', inlineResults: true, items: 1 },
  { results: 'as items', inlineResults: false, items: 5 },
])('a chain in the worker host, with results $results', ({ inlineResults, items }) => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud({
      machinesDirectory: fileURLToPath(new URL('./chains', import.meta.url)),
      settings: { chain: true, inlineResults },
    });
  });
  afterAll(() => cloud?.stop());

  it('takes the steps of promises, and is taken up where its process dies', async () => {
    await cloud.put(startItem('e', 'relay'));
    const execution = await cloud.until('e', hasStatus('SUCCEEDED', 'FAILED'), 60_000);
    expect(execution).toMatchObject({
      status: 'SUCCEEDED',
      output: { passed: 4, error: 'Lambda.Unknown' },
    });
    const results = (await cloud.partition('e')).filter(({ item }) => String(item).startsWith('task#'));
    expect(results).toHaveLength(items);
  });
});

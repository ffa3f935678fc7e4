import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const { workerHost } = functionNames('millrace-');

describe.each([
  {
    deployment: 'without settings, results are in the log, except for the one of the process that died',
    settings: {},
    items: 1,
    invocations: { fewest: 2, most: 2 },
  },
  {
    deployment: 'with inlineResults: false, results are items',
    settings: { inlineResults: false },
    items: 5,
    // The stream may bring a result to the orchestrator before the host has committed it.
    invocations: { fewest: 2, most: 5 },
  },
  {
    deployment: 'with chain: false, the orchestrator takes the steps, and results are items',
    settings: { chain: false },
    items: 5,
    invocations: { fewest: 5, most: 5 },
  },
])('promises of a deployment $deployment', ({ settings, items, invocations }) => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud({
      machinesDirectory: fileURLToPath(new URL('./chains', import.meta.url)),
      settings,
    });
  });
  afterAll(() => cloud?.stop());

  it('end as they must, also where their process dies', async () => {
    await cloud.put(startItem('e', 'relay'));
    const execution = await cloud.until('e', hasStatus('SUCCEEDED', 'FAILED'), 60_000);
    expect(execution).toMatchObject({
      status: 'SUCCEEDED',
      output: { passed: 4, error: 'Lambda.Unknown' },
    });
    const results = (await cloud.partition('e')).filter(({ item }) => String(item).startsWith('task#'));
    expect(results).toHaveLength(items);
    // By the stream, each promise has its own; a chain ends only where its process dies.
    const invoked = cloud.cloud.functionMetrics().get(workerHost)?.invocations;
    expect(invoked).toBeGreaterThanOrEqual(invocations.fewest);
    expect(invoked).toBeLessThanOrEqual(invocations.most);
  });
});

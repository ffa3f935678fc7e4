import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeDeployment } from '../../infra/describe.ts';
import { project, run } from './bundleFixture.ts';

const code = { orchestrator: 'orchestrator', workerHost: 'workerHost', workers: [] };

describe('a deployment without a bus', () => {
  it('has no publisher, one reader of the stream, and nothing that makes commits carry events', () => {
    const { bus, functions } = describeDeployment(code);
    expect(bus).toBeUndefined();
    expect(functions.map(({ role }) => role)).not.toContain('publisher');
    for (const { environment } of functions) expect(environment).not.toHaveProperty('MILLRACE_BUS');
  });
});

describe('a deployment with a bus', () => {
  const { bus, functions, eventSource } = describeDeployment({ ...code, publisher: 'publisher' });

  it('has a second mapping on the same stream, for commits that emit something', () => {
    expect(bus?.eventSource).toMatchObject({
      functionName: 'millrace-publisher',
      startingPosition: 'TRIM_HORIZON',
      functionResponseTypes: ['ReportBatchItemFailures'],
      maximumRetryAttempts: 5,
    });
    expect(bus?.eventSource.filters).toEqual(
      ['S', 'B'].map((type) => ({
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: {
          Keys: { item: { S: ['execution'] } },
          NewImage: { emitted: { [type]: [{ exists: true }] } },
        },
      })),
    );
    expect(eventSource.functionName).toBe('millrace-orchestrator');
  });

  it('has the publisher, and lets the orchestrator know', () => {
    expect(functions.find(({ role }) => role === 'publisher')).toMatchObject({
      codeDirectory: 'publisher',
      handler: 'index.publish',
    });
    const orchestrator = functions.find(({ role }) => role === 'orchestrator');
    expect(orchestrator?.environment).toMatchObject({ MILLRACE_BUS: 'on' });
  });
});

describe('the publisher', () => {
  const files = { 'machines/order.mjs': "export const order = { id: 'order' };" };

  it('is bundled where it is asked for, with a bus of the user’s own', async () => {
    const { bundle, path } = await project({
      ...files,
      'bus.ts': `import type { Bus } from 'millrace/bus';
        export const bus: Bus = { publish: async () => ({ failures: [] }) };`,
    });
    expect((await bundle()).publisher).toBeUndefined();
    const { publisher } = await bundle({ bus: { module: path('bus.ts') } });
    const { publish } = await import(join(publisher?.codeDirectory ?? '', 'index.mjs'));
    expect(await publish({ Records: [] })).toEqual({ batchItemFailures: [] });
  });

  it('does not load without a bus: the error says what to set', async () => {
    const { bundle } = await project(files);
    const { publisher } = await bundle({ bus: {} });
    await expect(run(publisher?.codeDirectory ?? '', 'publish')).rejects.toThrow('MILLRACE_BUS_ENDPOINT');
  });

  it('is not bundled with a module that exports no bus', async () => {
    const { bundle, path } = await project({ ...files, 'bus.ts': 'export const buss = 1;' });
    await expect(bundle({ bus: { module: path('bus.ts') } })).rejects.toMatchObject({
      code: 'CodeNotBundled',
    });
  });
});

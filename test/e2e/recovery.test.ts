import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { tally } from './machines/tally.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const orchestrator = 'millrace-orchestrator';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({ faults: { lambda: { seed: 3, functionNames: [orchestrator], crash: 1 } } });
});
afterAll(() => cloud?.stop());

describe('an orchestrator that dies of every batch', () => {
  const executionIds = Array.from({ length: 5 }, (_, i) => `tally-${i}`);

  it('loses nothing: what the event source gives up is caught up by the recovery function', async () => {
    for (const executionId of executionIds) {
      await cloud.put(startItem(executionId, 'tally', { M: { from: { N: '1' } } }));
    }
    for (const executionId of executionIds) {
      const { status, output } = await cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED'), 110_000);
      expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { sum: 4, applied: 3 } });
    }
    const errors = cloud.cloud.functionMetrics().get(orchestrator)?.errors ?? 0;
    expect(errors).toBeGreaterThan(0);
    expect(errors).toBe(cloud.cloud.functionMetrics().get(orchestrator)?.invocations);
  }, 120_000);

  it('applies nothing twice: journal and log replay to what is stored', async () => {
    for (const executionId of executionIds) await expectReplayOnce(cloud, [tally], executionId);
  });

  it('leaves no batch behind that was recovered', async () => {
    const { url = '' } = cloud.cloud.description.failures ?? {};
    await eventually(
      () => readdir(fileURLToPath(url), { recursive: true, withFileTypes: true }),
      (entries) => entries.every((entry) => !entry.isFile()),
      { what: 'the folder of failures', timeoutMs: 60_000 },
    );
    expect(cloud.output.join('\n')).toContain('"millrace":"recovered"');
  }, 70_000);
});

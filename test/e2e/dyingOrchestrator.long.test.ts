import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { tally } from './machines/tally.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const deaths = 3;
const mostExecutions = 200;

let cloud: TestCloud;
beforeAll(async () => {
  const lambda = { seed: 7, functionNames: ['millrace-orchestrator'], crash: 0.15 };
  cloud = await startTestCloud({ faults: { lambda } });
});
afterAll(() => cloud?.stop());

describe('an orchestrator whose process is killed before, during and after its steps', () => {
  const executionIds: string[] = [];

  it('brings every execution to its end', async () => {
    const errors = () => cloud.cloud.functionMetrics().get('millrace-orchestrator')?.errors ?? 0;
    while (errors() < deaths && executionIds.length < mostExecutions) {
      const executionId = `tally-${executionIds.length}`;
      await cloud.put(startItem(executionId, 'tally', { M: { from: { N: '1' } } }));
      executionIds.push(executionId);
      await cloud.until(executionId, ({ version }) => Number(version) > 1, 40_000);
    }
    for (const executionId of executionIds) {
      const { status, output } = await cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED'), 40_000);
      expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { sum: 4, applied: 3 } });
    }
    expect(errors()).toBeGreaterThanOrEqual(deaths);
  }, 90_000);

  it('applies no item twice: journal and log replay to what is stored', async () => {
    for (const executionId of executionIds) await expectReplayOnce(cloud, [tally], executionId);
  });
});

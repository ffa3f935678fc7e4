import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawDynamoDBFaults } from '../../local/dynamodb/faults.ts';
import { drawEventSourceFaults } from '../../local/eventSource/faults.ts';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { tally } from './machines/tally.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const seed = 20_261;
const executionIds = Array.from({ length: 50 }, (_, i) => `tally-${i}`);
const dynamodbFaults = drawDynamoDBFaults({
  seed,
  rules: [
    { fault: 'dropAfterWrite', probability: 0.04 },
    { fault: 'throttle', probability: 0.02 },
  ],
});
const eventSourceFaults = drawEventSourceFaults({
  seed,
  duplicateRecord: 0.15,
  duplicateBatch: 0.4,
  delay: 0.15,
  maximumDelayMs: 500,
});

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({
    faults: {
      dynamodb: dynamodbFaults,
      eventSource: eventSourceFaults,
      lambda: {
        seed,
        functionNames: ['millrace-worker-add'],
        crash: 0.02,
        throttle: 0.1,
        duplicate: 0.1,
        drop: 0.01,
      },
    },
  });
  await Promise.all(
    executionIds.map((id, from) => cloud.put(startItem(id, 'tally', { M: { from: { N: String(from) } } }))),
  );
});
afterAll(() => cloud?.stop());

describe('with throttled and dying workers, duplicated and late records, and lost answers of the table', () => {
  it('every execution ends as its input says it must', async () => {
    for (const [from, id] of executionIds.entries()) {
      const { status, output } = await cloud.until(id, hasStatus('SUCCEEDED', 'FAILED'), 60_000);
      expect({ id, status, output }).toEqual({
        id,
        status: 'SUCCEEDED',
        output: { sum: from + 3, applied: 3 },
      });
    }
  }, 90_000);

  it('journal and log replay to the stored snapshot, byte for byte, and no item was applied twice', async () => {
    for (const executionId of executionIds) await expectReplayOnce(cloud, [tally], executionId);
  });

  it('each of these faults did happen', () => {
    expect(dynamodbFaults.counts()).toMatchObject({
      dropAfterWrite: expect.toSatisfy(isPositive),
      throttle: expect.toSatisfy(isPositive),
    });
    const { throttles } = cloud.cloud.functionMetrics().get('millrace-worker-add') ?? {};
    expect(throttles).toBeGreaterThan(0);
    expect(eventSourceFaults.counts()).toEqual({
      duplicateRecord: expect.toSatisfy(isPositive),
      duplicateBatch: expect.toSatisfy(isPositive),
      delay: expect.toSatisfy(isPositive),
    });
  });
});

function isPositive(count: unknown): boolean {
  return typeof count === 'number' && count > 0;
}

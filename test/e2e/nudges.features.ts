import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { drawEventSourceFaults, type EventSourceFaultDraws } from '../../local/eventSource/faults.ts';
import type { TestCloud } from './testCloud.ts';

export const nudgedMachines = fileURLToPath(new URL('./nudges', import.meta.url));

/** Holds back every record for far longer than a nudge takes. One that a busy machine loses is made up for. */
export function heldStream(): EventSourceFaultDraws {
  return { ...drawEventSourceFaults({ seed: 1, delay: 1 }), delayMs: () => 10_000 };
}

/** A deployment with `nudge: true` whose stream is late, however it was deployed. */
export function nudgeFeatures(functionPrefix: string, start: () => Promise<TestCloud>): void {
  let cloud: TestCloud;
  let client: MillraceClient;
  beforeAll(async () => {
    cloud = await start();
    const { dynamodb, tableName, environment } = cloud.cloud;
    client = createClient({
      dynamodb,
      tableName,
      functionPrefix,
      direct: true,
      lambda: {
        endpoint: environment.AWS_ENDPOINT_URL_LAMBDA ?? '',
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      },
    });
  });
  afterAll(() => cloud?.stop());

  describe('nudges', () => {
    it('take an execution of workers and events to its end before the stream does', async () => {
      const started = await client.start('stairs', { executionId: 'e' });
      expect(started).toMatchObject({ executionId: 'e', isNew: true });
      await cloud.until('e', ({ state }) => state === 'top', 60_000);
      expect(await client.send('e', { type: 'GO' })).toMatchObject({ isNew: true });
      expect(await client.wait('e', { timeoutMs: 30_000, pollMs: 50 })).toMatchObject({
        status: 'SUCCEEDED',
        output: 3,
      });
      const results = (await cloud.partition('e')).filter(({ item }) => String(item).startsWith('task#'));
      expect(results.map(({ nudged }) => nudged)).toEqual([true, true, true]);
      const { asyncEventsReceived = 0 } =
        cloud.cloud.functionMetrics().get(`${functionPrefix}orchestrator`) ?? {};
      expect(asyncEventsReceived).toBeGreaterThan(0);
    });
  });
}

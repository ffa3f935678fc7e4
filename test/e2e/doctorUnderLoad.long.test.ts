import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudOf } from '../../cli/cloud/localCloud.ts';
import { jsonOf, millrace } from '../cli/testCommandLine.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { dossier } from './machines/dossier.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const count = 60;
const executionIds = Array.from({ length: count }, (_, i) => `dossier-${i}`);

let directory: TemporaryDirectory;
let cloud: TestCloud;
beforeAll(async () => {
  directory = await temporaryDirectory();
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud?.stop();
  await directory.remove();
});

it('two doctors at once that take all that is under way for ill change nothing, and have no work done twice', async () => {
  const { environment } = cloudOf(cloud.cloud);
  let isDone = false;
  let treated = 0;
  const doctor = async () => {
    while (!isDone) {
      const result = await millrace(['doctor', '--grace', '1ms', '--json'], {
        directory: directory.path,
        environment,
      });
      expect([0, 1], result.stderr.join('\n')).toContain(result.exitCode);
      const { fixed, remains } = jsonOf(result) as { fixed: number; remains: number };
      treated += fixed + remains;
    }
  };
  const doctors = Promise.all([doctor(), doctor()]);
  try {
    for (const id of executionIds) {
      await cloud.put(startItem(id, 'dossier', { M: { pages: { S: 'one' } } }));
      const event = { type: { S: 'APPEND' }, event: { M: { pages: { S: ', two' } } } };
      void cloud
        .until(id, ({ state }) => state === 'open', 60_000)
        .then(() => cloud.put({ executionId: { S: id }, item: { S: 'event#append' }, ...event }))
        .catch(() => {});
    }
    for (const id of executionIds) {
      expect(await cloud.until(id, hasStatus('SUCCEEDED', 'FAILED'), 60_000), id).toMatchObject({
        status: 'SUCCEEDED',
        output: { pages: 'one (annotated), two' },
      });
    }
  } finally {
    isDone = true;
    await doctors;
  }
  await cloud.cloud.settled();
  expect(treated).toBeGreaterThan(0);
  for (const id of executionIds) await expectReplayOnce(cloud, [dossier], id);
  expect(cloud.cloud.functionMetrics().get('millrace-worker-annotate')?.invocations).toBe(count);
}, 120_000);

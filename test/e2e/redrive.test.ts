import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, startTestCloud, type TestCloud, testMachines } from './testCloud.ts';

let cloud: TestCloud;
let machinesDirectory: string;
beforeAll(async () => {
  machinesDirectory = await mkdtemp(join(tmpdir(), 'machines-'));
  await cp(join(testMachines, 'invoice.json'), join(machinesDirectory, 'invoice.json'));
  cloud = await startTestCloud({ machinesDirectory, settings: { waitForMachineSeconds: 3 } });
});
afterAll(async () => {
  await cloud?.stop();
  await rm(machinesDirectory, { recursive: true, force: true });
});

describe('an execution whose machine is not deployed', () => {
  it('waits and says why, then is PENDING_REDRIVE', async () => {
    await cloud.put(startItem('t1', 'tally', { M: { from: { N: '1' } } }));
    const waiting = await cloud.until('t1', () => true);
    expect(waiting).toMatchObject({
      status: 'RUNNING',
      waiting: { attempts: 1 },
      error: {
        code: 'MachineNotDeployed',
        message: expect.stringContaining("'tally' is not deployed. Deployed machines are invoice."),
      },
    });
    const pending = await cloud.until('t1', hasStatus('PENDING_REDRIVE'));
    expect(pending).toMatchObject({ error: { code: 'MachineNotDeployed' } });
    expect(pending).not.toHaveProperty('waiting');
  });

  it('is listed by the index under PENDING_REDRIVE', async () => {
    const shards = [0, 1, 2, 3].map((shard) => cloud.index(`#PENDING_REDRIVE#${shard}`));
    expect((await Promise.all(shards)).flat()).toMatchObject([{ executionId: 't1', machine: 'tally' }]);
  });

  it('goes on with a redrive after the machine was deployed', async () => {
    await cp(join(testMachines, 'tally.ts'), join(machinesDirectory, 'tally.mts'));
    await cloud.cloud.reload();
    await cloud.put({ executionId: { S: 't1' }, item: { S: 'event#redrive-1' }, control: { S: 'redrive' } });
    const ended = await cloud.until('t1', hasStatus('SUCCEEDED', 'FAILED'));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { sum: 4, applied: 3 } });
    expect(ended).not.toHaveProperty('error');
  });
});

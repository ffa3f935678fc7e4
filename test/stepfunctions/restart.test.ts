import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStateMachineCommand, ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiCloud } from './apiCloud.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-restart-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('state machines and their executions survive a restart of the cloud', async () => {
  const dataFile = join(directory, 'table.db');
  const definition = {
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', Seconds: 3, Next: 'Done' },
      Done: { Type: 'Pass', Result: 'after', End: true },
    },
  };
  const first = await ApiCloud.start({ dataFile });
  let stateMachineArn: string;
  let executionArn: string;
  try {
    stateMachineArn = await first.create('kept', definition);
    executionArn = await first.begin(stateMachineArn, { n: 1 }, 'one');
    await first.cloud.settled();
    await first.cloud.drain();
  } finally {
    await first.stop();
  }
  const second = await ApiCloud.start({ dataFile });
  try {
    const { stateMachines = [] } = await second.sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines.map(({ name }) => name)).toEqual(['deployed', 'kept']);
    const found = await second.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(found.definition).toBe(JSON.stringify(definition));
    expect(await second.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"after"' });
  } finally {
    await second.stop();
  }
}, 60_000);

import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';

const roleArn = 'arn:aws:iam::000000000000:role/orders';
const pass = (value: unknown) =>
  JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Result: value, End: true } } });

describe('the API of Step Functions of the local cloud', () => {
  let cloud: LocalCloud;
  let client: SFNClient;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millrace-api-'));
    await mkdir(join(directory, 'machines'));
    await writeFile(join(directory, 'machines', 'deployed.asl.json'), pass({ from: 'a file' }));
    cloud = await startLocalCloud({
      machinesDirectory: join(directory, 'machines'),
      workersDirectory: join(directory, 'workers'),
      stepFunctions: true,
      timeScale: 50,
    });
    client = clientOf(cloud);
  }, 60_000);
  afterAll(async () => {
    client?.destroy();
    await cloud?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const clientOf = ({ environment }: LocalCloud) =>
    new SFNClient({
      endpoint: environment.AWS_ENDPOINT_URL_SFN ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      disableHostPrefix: true,
      maxAttempts: 1,
    });

  const ended = async (executionArn: string | undefined) => {
    for (;;) {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('creates a state machine, runs it and describes the execution', async () => {
    const created = await client.send(
      new CreateStateMachineCommand({ name: 'orders', definition: pass({ ok: true }), roleArn }),
    );
    expect(created).toMatchObject({
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:orders',
      creationDate: expect.any(Date),
    });
    const { stateMachineArn } = created;
    const { executionArn, startDate } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'first.order', input: '{"id": 17}' }),
    );
    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:orders:first.order');
    expect(startDate).toBeInstanceOf(Date);
    expect(await ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      name: 'first.order',
      stateMachineArn,
      input: '{"id":17}',
      output: '{"ok":true}',
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.[0]?.type).toBe('ExecutionStarted');
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions?.map(({ name }) => name)).toContain('first.order');
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiCloud, prefix } from './apiCloud.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'boto3_calls.py');
const hasBoto3 = await run('python3', ['-c', 'import boto3']).then(
  () => true,
  () => false,
);

/** Where Python has boto3: its calls against the local cloud, with nothing but the variables that `millrace dev` prints. */
describe.runIf(hasBoto3)('boto3', () => {
  let api: ApiCloud;
  beforeAll(async () => {
    api = await ApiCloud.start({ timeScale: 50 });
  }, 60_000);
  afterAll(() => api?.stop());

  it('creates, starts, waits, stops, answers tasks, and gets typed errors', async () => {
    const env = { PATH: process.env.PATH ?? '', ...api.cloud.environment };
    const { stdout } = await run('python3', [script], { env });
    expect(JSON.parse(stdout)).toEqual({
      machine: `${prefix}:stateMachine:python`,
      output: { ok: true },
      history: ['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
      sync: ['SUCCEEDED', '{"ok":true}'],
      tested: '{"a":1}',
      aborted: ['ABORTED', 'Enough', 'of it'],
      activity: '{"given":"{\\"n\\":1}"}',
      pages: ['python', 'python-activity', 'python-quick', 'python-waiting'],
      // It has answered what is wrong.
      wrongRequests: [['ValidateStateMachineDefinition', { definition: '*' }, null]],
      mocked: ['ValidationException', 'ValidationException', null],
      errors: [
        'StateMachineDoesNotExist',
        'InvalidName',
        'ExecutionAlreadyExists',
        'InvalidDefinition',
        'TaskTimedOut',
        'ValidationException',
      ],
    });
  }, 60_000);
});

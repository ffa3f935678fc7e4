import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailbox } from '../client/machines.ts';
import { TestDeployment } from '../client/testDeployment.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { type CommandResult, jsonOf, millraceOn } from './testCommandLine.ts';

let testTable: TestTable;
let deployment: TestDeployment;
let directory: TemporaryDirectory;
beforeAll(async () => {
  testTable = await startTestTable();
  directory = await temporaryDirectory();
  deployment = new TestDeployment(testTable, [mailbox]);
  for (const id of ['b-0', 'b-1', 'b-2']) {
    await deployment.client.start(mailbox, { executionId: id });
    await deployment.orchestrate(id);
  }
});
afterAll(async () => {
  await testTable.stop();
  await directory.remove();
});

async function run(...args: readonly string[]): Promise<CommandResult> {
  return millraceOn(testTable, args, { directory: directory.path, now: () => deployment.now });
}

const running = ['--machine', 'mailbox', '--status', 'RUNNING'];

describe('stop, redrive, suspend and resume of many', () => {
  it('do nothing without --yes but name the executions', async () => {
    const { exitCode, stdout, stderr } = await run('stop', ...running);
    expect(exitCode).toBe(0);
    expect([...stdout].sort()).toEqual(['b-0', 'b-1', 'b-2']);
    expect(stderr.join()).toContain('3 executions are RUNNING; nothing was done. With --yes: stop.');
    await deployment.orchestrate('b-0');
    expect(await deployment.client.describe('b-0')).toMatchObject({ status: 'RUNNING' });
  });

  it('reach all of them with --yes, say what they did, and may be repeated', async () => {
    const suspend = ['suspend', '--machine', 'mailbox', '--cause', 'Ada', '--rate', '1000/s', '--yes'];
    const first = await run(...suspend);
    expect([...first.stdout].sort()).toEqual(['b-0', 'b-1', 'b-2']);
    expect(first.stderr.join()).toContain('Sent suspend to 3 executions');
    expect(jsonOf(await run(...suspend, '--json'))).toMatchObject({
      control: 'suspend',
      machine: 'mailbox',
      status: 'RUNNING',
      sent: 0,
      sentBefore: 3,
    });
    for (const id of ['b-0', 'b-1', 'b-2']) await deployment.orchestrate(id);
    expect((await run('history', 'b-1')).stdout.join('\n')).toContain('suspend: Ada');
    const stopped = await run(
      'stop',
      '--machine',
      'mailbox',
      '--status',
      'SUSPENDED',
      '--limit',
      '2',
      '--yes',
    );
    expect(stopped.stdout).toHaveLength(2);
  });

  it('take only those that entered the status since a time', async () => {
    const redrive = ['redrive', '--machine', 'mailbox', '--status', 'ABORTED', '--json', '--yes'];
    for (const id of ['b-0', 'b-1', 'b-2']) await deployment.orchestrate(id);
    deployment.now += 60_000;
    const late = new Date(deployment.now).toISOString();
    expect(jsonOf(await run(...redrive, '--since', late))).toMatchObject({ sent: 0 });
    expect(jsonOf(await run(...redrive, '--since', '2026-03-01T00:00:00Z'))).toMatchObject({ sent: 2 });
  });

  it.each([
    ['neither an id nor a machine', ['stop'], 'InvalidInput'],
    ['an id and many', ['stop', 'b-0', '--machine', 'mailbox', '--yes'], 'InvalidInput'],
    ['an execution of another machine', ['stop', 'b-0', '--machine', 'quote'], 'DifferentMachine'],
    ['an id and --yes', ['resume', 'b-0', '--yes'], 'InvalidInput'],
    ['a machine without a status', ['redrive', '--machine', 'mailbox'], 'InvalidInput'],
    ['a status that cannot be told that', ['redrive', ...running], 'ControlMismatch'],
    ['a rate that is none', ['stop', ...running, '--rate', 'fast'], 'InvalidUsage'],
    ['a time that is none', ['stop', ...running, '--since', 'yesterday'], 'InvalidUsage'],
  ])('refuse %s', async (_, args, code) => {
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(new RegExp(`^${code}: `));
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approval, signature } from '../client/machines.ts';
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
  deployment = new TestDeployment(testTable, [approval, signature], { ask: () => undefined });
});
afterAll(async () => {
  await testTable.stop();
  await directory.remove();
});

async function run(...args: readonly string[]): Promise<CommandResult> {
  return millraceOn(testTable, args, { directory: directory.path, now: () => deployment.now });
}

async function asked(executionId: string): Promise<void> {
  await deployment.client.start(approval, { executionId });
  await deployment.orchestrate(executionId);
}

describe('task', () => {
  it('complete gives the output by the token that describe shows', async () => {
    await asked('t-1');
    expect((await run('describe', 't-1')).stdout.join('\n')).toContain('a result by token t-1#0#1');
    const { exitCode, stdout } = await run('task', 'complete', 't-1#0#1', '--output', '{"by":"Ada"}');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: ['t-1#0#1'] });
    await deployment.orchestrate('t-1');
    expect(await deployment.client.describe('t-1')).toMatchObject({ output: { by: 'Ada' } });
  });

  it('fail gives an error by its name', async () => {
    await asked('t-2');
    const failed = await run('task', 'fail', 't-2#0#1', '--error', 'Refused', '--no-retry', '--json');
    expect(jsonOf(failed)).toEqual({ token: 't-2#0#1', status: 'FAILED' });
    await deployment.orchestrate('t-2');
    expect(await deployment.client.describe('t-2')).toMatchObject({ output: 'Refused' });
  });

  it('heartbeat says how far it is, for describe to show', async () => {
    await asked('t-3');
    await run('task', 'heartbeat', 't-3#0#1', '--progress', '{"pages":12}');
    expect((await run('describe', 't-3')).stdout.join('\n')).toContain('progress {"pages":12}');
  });

  it('next takes the task of an activity, whose token complete takes', async () => {
    await deployment.client.start(signature, { executionId: 's-1', input: { page: 7 } });
    await deployment.orchestrate('s-1');
    const next = ['task', 'next', 'sign-page', '--wait', '0s'];
    const taken = await run(...next, '--worker-name', 'ada');
    expect(taken).toMatchObject({ exitCode: 0, stdout: ['s-1#0#1 {"page":7}'] });
    expect((await run('describe', 's-1')).stdout.join('\n')).toContain('by ada');
    expect(await run(...next)).toMatchObject({ exitCode: 4, stdout: [] });
    expect(jsonOf(await run(...next, '--json'))).toBeNull();
    await run('task', 'complete', 's-1#0#1', '--output', '"Ada"');
    await deployment.orchestrate('s-1');
    expect(await deployment.client.describe('s-1')).toMatchObject({ status: 'SUCCEEDED', output: 'Ada' });
  });

  it('refuses an execution of another machine than --machine', async () => {
    await asked('t-4');
    for (const command of [
      ['complete', 't-4#0#1'],
      ['fail', 't-4#0#1', '--error', 'Refused'],
      ['heartbeat', 't-4#0#1'],
    ]) {
      const refused = await run('task', ...command, '--machine', 'order', '--json');
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr.join()).toContain('DifferentMachine');
    }
    const given = await run('task', 'complete', 't-4#0#1', '--machine', approval.id);
    expect(given.exitCode).toBe(0);
  });

  it('says what is wrong with a token, and where no one waits', async () => {
    const wrong = await run('task', 'complete', 'nonsense');
    expect(wrong.exitCode).not.toBe(0);
    expect(wrong.stderr.join()).toContain('is not a token of a task');
    const unknown = await run('task', 'complete', 'nobody#0#1', '--json');
    expect(unknown.exitCode).not.toBe(0);
    expect(unknown.stderr.join()).toContain('ExecutionNotFound');
  });
});

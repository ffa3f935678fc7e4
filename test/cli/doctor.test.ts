import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/client.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { eventually } from '../support/eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { type CommandResult, jsonOf, millrace } from './testCommandLine.ts';

const repositoryFile = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const starts = 60;

let testTable: TestTable;
let directory: TemporaryDirectory;
let doctor: readonly string[];
beforeAll(async () => {
  testTable = await startTestTable();
  directory = await temporaryDirectory();
  const endpoint = await testTable.dynamodb.config.endpoint?.();
  const url = `http://${endpoint?.hostname}:${endpoint?.port}`;
  doctor = ['doctor', '--dry-run', '--grace', '1ms', '--table', testTable.tableName, '--endpoint', url];
  const { dynamodb, tableName } = testTable;
  const input = 'x'.repeat(300_000);
  const all = Array.from({ length: starts }, (_, i) => ({ executionId: `e-${i}`, input }));
  for await (const _ of createClient({ dynamodb, tableName }).startMany('order', all));
});
afterAll(async () => {
  await testTable.stop();
  await directory.remove();
});

function run(args: readonly string[], interrupted?: AbortSignal): Promise<CommandResult> {
  return millrace([...doctor, ...args], {
    directory: directory.path,
    environment: credentials,
    ...(interrupted && { interrupted }),
  });
}

const idsIn = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('e-')).map((line) => line.split('\t')[0]);

describe('millrace doctor', () => {
  it('names what is wrong, says how much of each kind, and exits with 1', async () => {
    const { exitCode, stdout, stderr } = await run([]);
    expect(exitCode).toBe(1);
    expect(new Set(idsIn(stdout)).size).toBe(starts);
    expect(stdout[0]).toMatch(/^e-\d+\tnotStarted\tfound\tIts start of 'order' was never applied\.$/);
    expect(stderr.at(-1)).toMatch(/^60 executions looked at, \d+ read units: 60 found, nothing was done\.$/);
    expect(jsonOf(await run(['--json']))).toMatchObject({
      executions: starts,
      found: starts,
      fixed: 0,
      remains: 0,
      kinds: { notStarted: { found: starts, fixed: 0, remains: 0 } },
    });
  });

  it('goes on, after it was killed, from where it was', async () => {
    const file = join(directory.path, 'doctor.json');
    const node = ['--import', repositoryFile('test/cli/typescript.mjs'), '--conditions', 'millrace-source'];
    const slowly = ['--segments', '1', '--read-rate', '240/s', '--checkpoint', file];
    const killed = spawn(process.execPath, [...node, repositoryFile('cli/main.ts'), ...doctor, ...slowly], {
      cwd: directory.path,
      env: { ...process.env, ...credentials },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    killed.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const first = JSON.stringify({ cursor: Buffer.from('[1,[""]]').toString('base64url') });
    await eventually(
      () => readFile(file, 'utf8').catch(() => first),
      (text) => text.trim() !== first && idsIn(output.split('\n')).length >= 8,
      { what: 'the checkpoint' },
    );
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const before = new Set(idsIn(output.split('\n')));
    expect(before.size).toBeLessThan(starts);

    const rest = await run(['--checkpoint', file]);
    expect(idsIn(rest.stdout).length).toBeLessThan(starts);
    expect(new Set([...before, ...idsIn(rest.stdout)]).size).toBe(starts);
    // It is done: the next run starts again.
    expect(idsIn((await run(['--checkpoint', file])).stdout)).toHaveLength(starts);
  }, 60_000);

  it('says, when it is interrupted, how to go on', async () => {
    const interruption = new AbortController();
    const stdout: string[] = [];
    const interrupted = millrace([...doctor, '--segments', '1', '--read-rate', '240/s'], {
      directory: directory.path,
      environment: credentials,
      interrupted: interruption.signal,
      stdout,
    });
    await eventually(
      async () => idsIn(stdout).length,
      (count) => count >= 8,
      { what: 'the findings' },
    );
    const { InterruptedError } = await import('../../cli/errors.ts');
    interruption.abort(new InterruptedError('Interrupted.'));
    const { exitCode, stderr } = await interrupted;
    expect(exitCode).toBe(130);
    const cursor = /--from (\S+)/.exec(stderr.join('\n'))?.[1] ?? '';
    const rest = await run(['--from', cursor]);
    expect(new Set([...idsIn(stdout), ...idsIn(rest.stdout)]).size).toBe(starts);
  });

  it('refuses what is not a checkpoint, and a cursor beside one', async () => {
    await directory.write('other.json', '{"name":"other"}');
    const other = await run(['--checkpoint', 'other.json']);
    expect(other.exitCode).toBe(2);
    expect(other.stderr.join()).toContain('is not a checkpoint of a doctor');
    expect((await run(['--checkpoint', 'a.json', '--from', 'b'])).exitCode).toBe(2);
    expect((await run(['--from', 'b'])).stderr.join()).toContain('InvalidCursor');
  });
});

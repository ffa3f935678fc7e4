import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { jsonOf, millrace } from './testCommandLine.ts';

const repositoryFile = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

let directory: TemporaryDirectory;
const running: ChildProcess[] = [];

beforeAll(async () => {
  directory = await temporaryDirectory();
  await directory.write(
    'machines/slow.json',
    '{"id":"slow","initial":"a","states":{"a":{"invoke":{"src":"work","onDone":"b"}},"b":{"type":"final"}}}',
  );
  // It works until it finds the file: the test decides when.
  await directory.write(
    'workers/work.ts',
    `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { defineWorker } from 'millrace/workers';
export const handler = defineWorker(async (_: unknown, { attempt }) => {
  writeFileSync(${JSON.stringify(`${directory.path}/began`)}, '');
  while (!existsSync(${JSON.stringify(`${directory.path}/finish`)})) await delay(20);
  return { attempt };
});
`,
  );
});
afterAll(async () => {
  for (const dev of running) if (dev.exitCode === null) dev.kill('SIGKILL');
  await directory.remove();
});

/** As a shell starts it: in a process group of its own, which is what Ctrl-C interrupts. */
async function startDev(): Promise<{ dev: ChildProcess; said: (text: string) => Promise<void> }> {
  const dev = spawn(
    process.execPath,
    [
      '--import',
      repositoryFile('test/cli/typescript.mjs'),
      '--conditions',
      'millrace-source',
      repositoryFile('cli/main.ts'),
      'dev',
      '--data',
      'table.db',
    ],
    { cwd: directory.path, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  running.push(dev);
  let stderr = '';
  dev.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const said = async (text: string) => {
    await eventually(
      async () => stderr,
      (printed) => printed.includes(text) || dev.exitCode !== null,
      { what: 'stderr', timeoutMs: 50_000 },
    );
    expect(stderr).toContain(text);
  };
  await said('The local cloud is running');
  return { dev, said };
}

function run(...args: string[]) {
  return millrace(args, { directory: directory.path });
}

it('Ctrl-C in dev lets a running worker finish its attempt, whose result the next dev takes', async () => {
  const { dev, said } = await startDev();
  await run('start', 'slow', '--id', 'one');
  await eventually(
    async () => existsSync(`${directory.path}/began`),
    (began) => began,
    { what: 'the worker', timeoutMs: 30_000 },
  );
  const exited = once(dev, 'exit');
  process.kill(-(dev.pid ?? 0), 'SIGINT');
  await said('Waiting for the workers that run');
  await directory.write('finish', '');
  await exited;
  expect(dev.exitCode).toBe(0);

  const next = await startDev();
  expect(jsonOf(await run('wait', 'one', '--timeout', '30s', '--json'))).toMatchObject({
    status: 'SUCCEEDED',
  });
  const history = (await run('history', 'one')).stdout.join('\n');
  expect(history).toContain('task#0#1 work SUCCEEDED {"attempt":1}');
  const ended = once(next.dev, 'exit');
  process.kill(-(next.dev.pid ?? 0), 'SIGINT');
  await ended;
}, 120_000);

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-guard-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

it('A guarded process and its temporary folder end with the process that started it, even by kill -9', async () => {
  const temporaryDirectory = join(directory, 'temporary');
  await mkdir(temporaryDirectory);
  const main = join(directory, 'main.mjs');
  await build({
    stdin: {
      contents: `
        import { spawnGuarded } from './local/dynamodb/guardedProcess.ts';
        spawnGuarded('/bin/sh', ['-c', 'echo $$; exec sleep 600'], {
          onLine: (line) => console.log(line),
          temporaryDirectory: ${JSON.stringify(temporaryDirectory)},
        });`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: main,
  });
  const parent = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const guarded = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (line) => resolve(Number(line)));
  });
  await writeFile(join(temporaryDirectory, 'data'), 'x');
  expect(isRunning(guarded)).toBe(true);
  parent.kill('SIGKILL');
  const deadline = Date.now() + 10_000;
  while (isRunning(guarded) || existsSync(temporaryDirectory)) {
    if (Date.now() > deadline) throw new Error('It outlived the process that started it by 10 seconds.');
    await delay(5);
  }
});

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { jsonLinesOf, jsonOf, millrace } from './testCommandLine.ts';

const repositoryFile = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Ten minutes of patience, a worker that fails once and is tried again a minute later, with time enough to start on a busy machine. */
const machine = `import { worker } from 'millrace/workers';
import { setup } from 'xstate';

export const patience = setup({
  actors: { ask: worker({ timeout: '2h', retry: { maxAttempts: 2, interval: '1m' } }) },
  delays: { patience: 600000 },
}).createMachine({
  id: 'patience',
  version: '1',
  initial: 'waiting',
  states: {
    waiting: { after: { patience: 'asking' } },
    asking: { invoke: { src: 'ask', onDone: 'asked' } },
    asked: { type: 'final' },
  },
});
`;
const worker = `import { defineWorker } from 'millrace/workers';

export const handler = defineWorker((input: unknown, task) => {
  if (task.attempt === 1) throw new Error('Ask again.');
  return { leftMs: task.deadline.getTime() - Date.now() };
});
`;

let directory: TemporaryDirectory;
let dev: ChildProcess;
/** For the first execution: eleven minutes after the start, in the cloud's time. */
let endedAt: unknown;
const output = { stderr: '' };

beforeAll(async () => {
  directory = await temporaryDirectory();
  await directory.write('machines/patience.ts', machine);
  await directory.write('workers/ask.ts', worker);
  const node = ['--import', repositoryFile('test/cli/typescript.mjs'), '--conditions', 'millrace-source'];
  dev = spawn(process.execPath, [...node, repositoryFile('cli/main.ts'), 'dev', '--time-scale', '120'], {
    cwd: directory.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  dev.stderr?.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  await eventually(
    async () => output.stderr,
    (stderr) => stderr.includes('The local cloud is running') || dev.exitCode !== null,
    { what: 'stderr', timeoutMs: 50_000 },
  );
});
afterAll(async () => {
  if (dev.exitCode === null) dev.kill('SIGKILL');
  await directory.remove();
});

const run = (...args: string[]) => millrace(args, { directory: directory.path });
const seconds = (from: unknown, to: unknown) => (Date.parse(String(to)) - Date.parse(String(from))) / 1000;

describe('dev --time-scale', () => {
  it('lets ten minutes of a timer and a minute of backoff pass in seconds, and stamps them as they are', async () => {
    expect(output.stderr).toContain('Time passes 120 times faster.');
    await run('start', 'patience', '--id', 'p1');
    const before = performance.now();
    // A wait runs in the time of the process that waits.
    const ended = jsonOf(await run('wait', 'p1', '--timeout', '50s', '--json')) as Record<string, unknown>;
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    endedAt = ended.endedAt;
    // 660 seconds of its own time take 5.5 at least.
    expect((performance.now() - before) / 1000).toBeGreaterThan(4);
    expect(seconds(ended.startedAt, ended.endedAt)).toBeGreaterThanOrEqual(660);
    const history = jsonLinesOf(await run('history', 'p1', '--json'));
    const results = history.filter(({ kind }) => kind === 'result');
    expect(results.map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
    // The worker's own stamps are of the same time as the orchestrator's.
    expect(seconds(ended.startedAt, results[0]?.writtenAt)).toBeGreaterThanOrEqual(600);
    expect(seconds(results[0]?.writtenAt, results[1]?.writtenAt)).toBeGreaterThanOrEqual(60);
  }, 60_000);

  it('stamps events with the time of the cloud', async () => {
    await run('start', 'patience', '--id', 'p2');
    await run('send', 'p2', 'HELLO', '--before-start');
    const history = await eventually(
      async () => jsonLinesOf(await run('history', 'p2', '--json')),
      (entries) => entries.some(({ kind, at }) => kind === 'event' && at !== undefined),
      { what: 'the history' },
    );
    const event = history.find(({ kind }) => kind === 'event');
    expect(seconds(endedAt, event?.writtenAt)).toBeGreaterThanOrEqual(0);
  });

  it('is refused with a table that is kept, and where time would stand still', async () => {
    const elsewhere = await temporaryDirectory();
    const refused = async (...args: string[]) => {
      const { exitCode, stderr } = await millrace(['dev', ...args], { directory: elsewhere.path });
      return `${exitCode} ${stderr.join(' ')}`;
    };
    expect(await refused('--time-scale', '60', '--data', 't.db')).toContain(
      '2 InvalidInput: A table that is kept',
    );
    expect(await refused('--time-scale', '0')).toContain('Give a number from 1 to 100000.');
    await elsewhere.remove();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDevFile } from '../../cli/cloud/devFile.ts';
import { cloudOf } from '../../cli/cloud/localCloud.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { writeGreetings } from './greetings.ts';
import { millrace } from './testCommandLine.ts';

let directory: TemporaryDirectory;
let cloud: LocalCloud;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeGreetings(directory);
  cloud = await startLocalCloud({
    machinesDirectory: `${directory.path}/machines`,
    workersDirectory: `${directory.path}/workers`,
  });
  const { tableName } = cloud;
  await writeDevFile(directory.path, {
    pid: process.pid,
    tableName,
    environment: cloudOf(cloud).environment,
  });
});
afterAll(async () => {
  await cloud.stop();
  await directory.remove();
});

const run = (...args: string[]) => millrace(args, { directory: directory.path });

async function greet(id: string, name: string): Promise<void> {
  await run('start', 'greeting', '--id', id, '--input', JSON.stringify({ name }));
  await run('wait', id, '--timeout', '20s');
}

async function published(count: number): Promise<void> {
  await eventually(
    async () => cloud.bus?.events().length ?? 0,
    (length) => length >= count,
    { what: 'the number of events' },
  );
}

describe('events', () => {
  it('shows what left through the bus: when, of which execution, and what', async () => {
    await greet('ada', 'Ada');
    await greet('nobody', '');
    await published(4);
    const { stdout, exitCode } = await run('events', 'ada');
    expect(exitCode).toBe(0);
    expect(stdout.map((line) => line.replace(/^\S+Z {2}/, ''))).toEqual([
      'ada  greeting  RUNNING',
      'ada  greeting  SUCCEEDED  {"text":"Hello Ada"}',
    ]);
    const all = (await run('events')).stdout;
    expect(all).toHaveLength(4);
    expect(all.at(-1)).toMatch(/ {2}nobody {2}greeting {2}FAILED {2}RangeError: nobody to greet$/);
  });

  it('prints each event as a line of JSON, as the bus has it', async () => {
    const { stdout } = await run('events', '--json');
    expect(stdout.map((line) => JSON.parse(line))).toEqual(cloud.bus?.events());
  });

  it('follows what comes until it is interrupted, and that is not a failure', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const following = millrace(['events', 'bo', '--follow', '--json'], {
      directory: directory.path,
      interrupted: controller.signal,
      stdout: lines,
    });
    await greet('bo', 'Bo');
    await eventually(
      async () => lines.length,
      (length) => length >= 2,
      { what: 'the number of lines' },
    );
    controller.abort();
    expect((await following).exitCode).toBe(0);
    expect(lines.map((line) => JSON.parse(line).detail.status)).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('says so where there is no cloud, or none with a bus', async () => {
    const elsewhere = await temporaryDirectory();
    const { exitCode, stderr } = await millrace(['events'], { directory: elsewhere.path });
    expect(exitCode).toBe(5);
    expect(stderr.join()).toContain('NoBus: ');
    const unreachable = await millrace(['events'], {
      directory: elsewhere.path,
      environment: { MILLRACE_BUS_ENDPOINT: 'http://127.0.0.1:9' },
    });
    expect(unreachable.exitCode).toBe(5);
    expect(unreachable.stderr.join()).toContain('CannotReachBus: ');
    await elsewhere.remove();
  });
});

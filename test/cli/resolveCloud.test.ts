import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDevFile, removeDevFile, writeDevFile } from '../../cli/cloud/devFile.ts';
import { findCloud, resolveCloud } from '../../cli/cloud/resolveCloud.ts';
import type { CommandContext } from '../../cli/context.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

function context(environment: Record<string, string> = {}): CommandContext {
  return {
    terminal: {
      print: () => {},
      note: () => {},
      status: () => {},
      hasColours: false,
      standardInput: process.stdin,
    },
    directory: directory.path,
    environment,
    interrupted: new AbortController().signal,
    now: () => 0,
    startLocalCloud: () => Promise.reject(new Error('not asked for')),
  };
}

const running = {
  pid: process.pid,
  tableName: 'local',
  environment: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:4000', AWS_REGION: 'us-east-1' },
};
const elsewhere = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:5000', AWS_REGION: 'eu-central-1' };

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('the cloud a command talks to', () => {
  it('is the table that the command line names, before all else', async () => {
    await writeDevFile(directory.path, running);
    const cloud = await resolveCloud(context({ AWS_REGION: 'eu-west-1' }), { table: 'orders' });
    expect(cloud).toEqual({ kind: 'table', tableName: 'orders', environment: { AWS_REGION: 'eu-west-1' } });
  });

  it('is at the endpoint that the command line names', async () => {
    const cloud = await resolveCloud(context(elsewhere), { endpoint: 'http://127.0.0.1:6000' });
    expect(cloud.environment).toEqual({ ...elsewhere, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:6000' });
  });

  it('is else the local cloud that runs in this directory, whatever the environment says', async () => {
    await writeDevFile(directory.path, running);
    const cloud = await resolveCloud(context({ ...elsewhere, HOME: '/home/ada' }), {});
    expect(cloud).toEqual({
      kind: 'dev',
      tableName: 'local',
      environment: { ...running.environment, HOME: '/home/ada' },
    });
  });

  it('is else the endpoint of the environment', async () => {
    expect(await resolveCloud(context(elsewhere), {})).toEqual({
      kind: 'environment',
      tableName: undefined,
      environment: elsewhere,
    });
  });

  it('is else none, and the error says whether one has ended here', async () => {
    expect(await findCloud(context(), {})).toBeUndefined();
    await expect(resolveCloud(context(), {})).rejects.toThrow(/^No local cloud is running here/);
    await writeDevFile(directory.path, { ...running, pid: endedPid() });
    await expect(resolveCloud(context(), {})).rejects.toThrow(/^The local cloud that ran here has ended/);
  });
});

describe('the file of the local cloud', () => {
  it('is stale when its process has ended', async () => {
    const pid = endedPid();
    await writeDevFile(directory.path, { ...running, pid });
    expect(await readDevFile(directory.path)).toEqual({ type: 'stale', pid });
  });

  it.each(['', '{', '[]', 'null', '{"pid":"1"}', '{"pid":-1,"tableName":"t","environment":{}}'])(
    'is stale when it holds %j',
    async (text) => {
      await directory.write('.millrace/dev.json', text);
      expect(await readDevFile(directory.path)).toEqual({ type: 'stale', pid: undefined });
    },
  );

  it('is removed by its own process alone', async () => {
    await writeDevFile(directory.path, running);
    await removeDevFile(directory.path, running.pid + 1);
    expect(await readDevFile(directory.path)).toEqual({ type: 'running', file: running });
    await removeDevFile(directory.path, running.pid);
    expect(await readDevFile(directory.path)).toEqual({ type: 'absent' });
  });
});

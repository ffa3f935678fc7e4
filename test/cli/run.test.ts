import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError } from '../../cli/errors.ts';
import { startLocalCloud } from '../../local/index.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { writeGreetings } from './greetings.ts';
import { type CommandSurroundings, jsonOf, millrace } from './testCommandLine.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeGreetings(directory);
});
afterAll(() => directory.remove());

function run(args: readonly string[], surroundings: Partial<CommandSurroundings> = {}) {
  return millrace(['run', ...args], { directory: directory.path, ...surroundings });
}

const noCloud = () => Promise.reject(new Error('A local cloud was started.'));

describe('run without a cloud', () => {
  it('boots one, follows every execution to its end, and keeps what came out', async () => {
    await directory.write(
      'names.ndjson',
      [
        '{"name":"Ada"}',
        '',
        '{"executionId":"bo","input":{"name":"Bo"},"note":"skipped"}',
        '{"executionId":"nobody","input":{"name":""}}',
        '{"executionId":"shy","input":{"name":"shy"}}',
      ].join('\n'),
    );
    const result = await run(['greeting', '--input', 'names.ndjson', '--results', 'ended.ndjson', '--json']);
    // A slow machine shows its progress.
    expect(result.stderr.filter((line) => !/^\d of 4 done/.test(line))).toEqual([]);
    expect(result.exitCode).toBe(1);
    expect(jsonOf(result)).toEqual({
      machine: 'greeting',
      executions: 4,
      status: { SUCCEEDED: 2, FAILED: 1, RUNNING: 1 },
      seconds: expect.any(Number),
      problems: [
        {
          executionId: 'nobody',
          status: 'FAILED',
          error: expect.objectContaining({
            code: 'TaskFailed',
            name: 'RangeError',
            message: 'nobody to greet',
          }),
        },
      ],
    });
    const lines = (await readFile(join(directory.path, 'ended.ndjson'), 'utf8')).trim().split('\n');
    const ended = lines.map((line) => JSON.parse(line) as { executionId: string; output?: unknown });
    expect(ended).toHaveLength(4);
    expect(ended.find(({ executionId }) => executionId === 'bo')).toMatchObject({
      output: { text: 'Hello Bo' },
    });
  });

  it('says of a machine that is not there which ones are, and ends with exit code 1', async () => {
    const result = await run(['greetings', '--input', '-'], { standardInput: '{"name":"Ada"}\n' });
    expect(result.exitCode).toBe(1);
    expect(result.stdout.join('\n')).toMatch(/PENDING_REDRIVE .*Deployed machines are greeting\./);
  });
});

describe('run that is interrupted', () => {
  it('stops its cloud and ends with exit code 130', async () => {
    const controller = new AbortController();
    let isStopped = false;
    const { exitCode, stdout, stderr } = await run(['greeting', '--input', '-'], {
      standardInput: '{"name":"Ada"}\n',
      interrupted: controller.signal,
      startLocalCloud: async (options) => {
        const cloud = await startLocalCloud(options);
        controller.abort(new InterruptedError('Interrupted. Executions go on.'));
        const stop = async () => {
          await cloud.stop();
          isStopped = true;
        };
        return { ...cloud, stop };
      },
    });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 130,
      stdout: [],
      stderr: ['Interrupted: Interrupted. Executions go on.'],
    });
    expect(isStopped).toBe(true);
  });
});

describe('run refuses, before anything is started,', () => {
  it.each([
    ['a line that is not JSON', '{"name":"Ada"}\n{name}\n', /names\.ndjson:2 is not JSON/],
    ['an id that cannot be', '{"executionId":"a.b","input":1}\n', /names\.ndjson:1: .*'a\.b'/],
  ])('%s', async (_, text, message) => {
    await directory.write('names.ndjson', text);
    const args = ['greeting', '--input', 'names.ndjson'];
    const { exitCode, stdout, stderr } = await run(args, { startLocalCloud: noCloud });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr).toEqual([expect.stringMatching(/^InvalidInput: /)]);
    expect(stderr.join()).toMatch(message);
  });

  it('a file that is not there', async () => {
    const { exitCode, stderr } = await run(['greeting', '--input', 'nowhere.ndjson'], {
      startLocalCloud: noCloud,
    });
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^InvalidInput: .*nowhere\.ndjson/);
  });

  it('folders of machines together with a deployed table', async () => {
    await directory.write('names.ndjson', '1\n');
    const args = ['greeting', '--input', 'names.ndjson', '--table', 'orders', '--machines', 'machines'];
    expect((await run(args, { startLocalCloud: noCloud })).exitCode).toBe(2);
  });

  it('a folder without machines', async () => {
    await directory.write('names.ndjson', '1\n');
    const { exitCode, stderr } = await run(['greeting', '--input', 'names.ndjson', '--machines', 'nowhere']);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^MachinesNotFound: /);
  });
});

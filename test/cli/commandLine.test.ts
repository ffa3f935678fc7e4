import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { millrace } from './testCommandLine.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

const commands = ['dev', 'run', 'start', 'describe', 'list', 'history', 'wait', 'send', 'stop', 'redrive'];

function run(...args: string[]) {
  return millrace(args, { directory: directory.path });
}

describe('help', () => {
  it('names every command, the cloud a command talks to and the exit codes, on stdout', async () => {
    const { exitCode, stdout, stderr } = await run('--help');
    const text = stdout.join('\n');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    for (const name of commands) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const code of [0, 1, 2, 3, 4, 5, 70, 130]) expect(text).toMatch(new RegExp(`^  ${code} `, 'm'));
    expect(text).toContain('--table NAME');
  });

  it.each(commands)('of %s has an example and --json', async (name) => {
    const { exitCode, stdout } = await run(name, '--help');
    expect(exitCode).toBe(0);
    expect(stdout.join('\n')).toMatch(/Examples?:\n {2}millrace /);
    expect(stdout.join('\n')).toContain('--json');
  });

  it('--version prints the version of the package', async () => {
    expect((await run('--version')).stdout.join()).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('wrong usage ends with exit code 2 and one line that says what is wrong', () => {
  it.each([
    ['no command', [], 'Name a command.'],
    ['an unknown command', ['strat', 'order'], "Unknown command 'strat'. Did you mean start? See --help."],
    [
      'an unknown option',
      ['start', 'order', '--inputs', '{}'],
      "Unknown option '--inputs'. Did you mean --input? See --help.",
    ],
    ['a missing argument', ['describe'], "Missing required argument 'id'. See --help."],
    ['too many arguments', ['describe', 'a', 'b'], 'Too many arguments'],
    ['a missing option', ['run', 'order'], "Required option '--input <file>' not specified. See --help."],
    ['an unknown status', ['list', 'order', '--status', 'DONE'], "argument 'DONE' is invalid"],
    ['a port that is none', ['dev', '--dynamodb-port', '70000'], 'Give a port'],
    ['a limit that is not a number', ['list', 'order', '--limit', 'all'], 'Give a whole number'],
    ['a timeout without a unit', ['wait', 'order-1', '--timeout', '30'], "Give '500ms', '30s'"],
  ])('%s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr.at(-1)).toContain('InvalidUsage: ');
    expect(stderr.at(-1)).toContain(message);
  });

  it.each([
    ['an option twice', ['start', 'order', '--id', 'a', '--id', 'b'], /^InvalidInput: --id is given twice/],
    [
      'an option of an inner command twice',
      ['task', 'next', 'a', '--wait', '1s', '--wait', '2s'],
      /--wait is given twice/,
    ],
    ['a folder of workers that is not there', ['dev', '--workers', 'gone'], /--workers: gone does not exist/],
    [
      'a folder of workers to run',
      ['run', 'a', '--input', 'lines', '--workers', 'lines'],
      /--workers: lines is not a folder/,
    ],
    [
      'a folder of workers to check',
      ['machines', 'check', '--machines', 'machines', '--workers', 'gone'],
      /--workers: gone does not exist/,
    ],
    ['a folder of functions', ['dev', '--functions', 'gone'], /--functions: gone does not exist/],
    ['a template that is not there', ['dev', '--template', 'gone'], /--template: gone does not exist/],
    [
      'chains beside a template',
      ['dev', '--no-chain', '--template', 'lines'],
      /says itself what .* chains it has/,
    ],
    [
      'a template that is not one',
      ['dev', '--template', 'lines'],
      /lines is not a template of CloudFormation/,
    ],
    [
      'an endpoint that is not a URL',
      ['list', '--table', 't', '--endpoint', 'nonsense'],
      /'nonsense' is not a URL/,
    ],
  ])('%s', async (_, args, message) => {
    await directory.write('lines', '{"a":1}\n');
    await directory.write('machines/a.json', '{"id":"a","initial":"b","states":{"b":{}}}');
    const { exitCode, stdout, stderr } = await millrace(args, {
      directory: directory.path,
      environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr.at(-1)).toMatch(message);
  });

  it('but a flag may be there twice', async () => {
    expect((await run('describe', 'order-1', '--json', '--json')).exitCode).toBe(5);
  });

  it('is JSON with --json', async () => {
    const { stderr } = await run('describe', '--json');
    expect(JSON.parse(stderr.join('\n'))).toEqual({
      error: { code: 'InvalidUsage', message: "Missing required argument 'id'. See --help." },
    });
  });
});

describe('without a cloud', () => {
  it.each([
    ['start', 'order'],
    ['describe', 'order-1'],
    ['list', 'order'],
    ['history', 'order-1'],
    ['wait', 'order-1'],
    ['send', 'order-1', 'APPROVE'],
    ['stop', 'order-1'],
    ['redrive', 'order-1'],
  ])('%s says what to do and ends with exit code 5', async (...args) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: [] });
    expect(stderr).toEqual([
      'NoCloud: No local cloud is running here: start `npx millrace dev`, or give --table NAME for a deployed table.',
    ]);
  });

  it('says so as JSON with --json', async () => {
    const { stderr } = await run('describe', 'order-1', '--json');
    expect(JSON.parse(stderr.join('\n'))).toMatchObject({ error: { code: 'NoCloud' } });
  });
});

describe('a table that cannot be reached', () => {
  const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

  it('ends with exit code 5 and names the endpoint, without a stack trace', async () => {
    const args = ['describe', 'order-1', '--endpoint', 'http://127.0.0.1:9'];
    const { exitCode, stderr } = await millrace(args, { directory: directory.path, environment });
    expect(exitCode).toBe(5);
    expect(stderr).toEqual([expect.stringMatching(/^CannotReachTable: .*127\.0\.0\.1:9/)]);
  });
});

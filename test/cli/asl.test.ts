import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { jsonOf, millrace } from './testCommandLine.ts';

const charge = (next: string) =>
  JSON.stringify(
    {
      StartAt: 'Charge',
      States: {
        Charge: {
          Type: 'Task',
          Resource: 'arn:aws:lambda:us-east-1:123456789012:function:charge',
          Retry: [{ ErrorEquals: ['CardDeclined'], IntervalSeconds: 60 }],
          Next: next,
        },
        Pause: { Type: 'Wait', Seconds: 3600, Next: 'Paid?' },
        'Paid?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.paid', BooleanEquals: true, Next: 'Done' }],
          Default: 'Failed',
        },
        Done: { Type: 'Succeed' },
        Failed: { Type: 'Fail', Error: 'NotPaid', Cause: 'It was not paid' },
      },
    },
    null,
    2,
  );
const publish = `StartAt: Tell
States:
  Tell:
    Type: Task
    Resource: arn:aws:states:::aws-sdk:kinesis:subscribeToShard
    Parameters: { ShardId: shard }
    End: true
`;

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'orders.asl.json'), charge('Pause'));
  await writeFile(join(directory.path, 'bad.asl.json'), charge('Puase'));
  await writeFile(join(directory.path, 'tell.asl.yaml'), publish);
  await writeFile(
    join(directory.path, 'mocks.json'),
    '{"Charge": [{"error": "CardDeclined", "cause": "no money"}, {"output": {"paid": true}}]}',
  );
});
afterAll(() => directory.remove());

const run = (...args: readonly string[]) => millrace(['asl', ...args], { directory: directory.path });

describe('asl check', () => {
  it('says that a definition runs, what it calls and what it costs', async () => {
    const { exitCode, stdout } = await run('check', 'orders.asl.json');
    expect(exitCode).toBe(0);
    expect(stdout).toEqual([
      'orders.asl.json: runs',
      '  calls lambda',
      expect.stringMatching(
        /^ {2}a million executions: \$[\d.]+ here, \$125\.00 on Standard, \$1\.\d\d on Express$/,
      ),
      '    (4 states on the longest path, 1 of them tasks)',
    ]);
  });

  it('shows every problem with its line and remedy, and ends with 2', async () => {
    const { exitCode, stdout } = await run('check', 'bad.asl.json');
    expect(exitCode).toBe(2);
    expect(stdout.slice(0, 3)).toEqual([
      'bad.asl.json: does not run',
      '  error 15:7 /States/Charge/Next',
      '    State "Puase" does not exist here. To correct it, write the name of a state in the same States field.',
    ]);
  });

  it('names services that Millrace does not call', async () => {
    const result = await run('check', 'tell.asl.yaml', '--json');
    expect(result.exitCode).toBe(2);
    expect(jsonOf(result)).toMatchObject({
      file: 'tell.asl.yaml',
      runs: false,
      problems: [{ severity: 'warning', code: 'UNSUPPORTED_RESOURCE' }],
      resources: [{ path: 'Tell', feature: 'aws-sdk:kinesis:subscribeToShard', isSupported: false }],
    });
  });

  it('refuses a file that is not there', async () => {
    expect(await run('check', 'nothing.asl.json')).toMatchObject({
      exitCode: 2,
      stderr: [expect.stringContaining('nothing.asl.json')],
    });
  });
});

describe('asl run', () => {
  it('shows the states that were entered, with the time, and the output', async () => {
    const { exitCode, stdout } = await run(
      'run',
      'orders.asl.json',
      '--mocks',
      'mocks.json',
      '--input',
      '{"id": 1}',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toEqual([
      '       0 s  Charge',
      expect.stringMatching(/^ {6}60(?:\.\d)? s {2}Pause$/),
      expect.stringMatching(/^ {4}3660(?:\.\d)? s {2}Paid\?$/),
      expect.stringMatching(/^ {4}3660(?:\.\d)? s {2}Done$/),
      '',
      'SUCCEEDED  {"paid":true}',
    ]);
  });

  it('ends with 1 where the execution fails, and says why', async () => {
    const result = await run('run', 'orders.asl.json', '--json');
    expect(result.exitCode).toBe(1);
    expect(jsonOf(result)).toMatchObject({
      status: 'FAILED',
      error: { name: 'Millrace.NoAnswer', message: "The file of answers has none for 'Charge'." },
      path: [{ state: 'Charge', at: 0 }],
    });
  });

  it('refuses a definition that is not valid', async () => {
    const { exitCode, stderr } = await run('run', 'bad.asl.json');
    expect({ exitCode, text: stderr.join(' ') }).toEqual({
      exitCode: 2,
      text: expect.stringContaining('InvalidDefinition'),
    });
  });
});

describe('asl test', () => {
  const config = {
    StateMachines: {
      orders: { TestCases: { paid: { Charge: 'retried' }, declined: { Charge: 'declined' }, open: {} } },
    },
    MockedResponses: {
      retried: {
        '0-1': { Throw: { Error: 'CardDeclined', Cause: 'no money' } },
        '2': { Return: { paid: true } },
      },
      declined: { '0': { Return: { paid: false } } },
    },
  };
  const withConfig = async (value: unknown, ...args: readonly string[]) => {
    await writeFile(join(directory.path, 'MockConfigFile.json'), JSON.stringify(value));
    return run('test', 'orders.asl.json', '--mock-config', 'MockConfigFile.json', ...args);
  };

  it('runs each test case of the machine', async () => {
    const { exitCode, stdout } = await withConfig(config, '--json');
    expect(exitCode).toBe(0);
    expect(stdout.map((each) => JSON.parse(each))).toMatchObject([
      { case: 'paid', status: 'SUCCEEDED', output: { paid: true } },
      { case: 'declined', status: 'FAILED', error: { name: 'NotPaid' } },
      { case: 'open', status: 'FAILED', error: { name: 'Millrace.NoAnswer' } },
    ]);
  });

  it('shows the states of one test case', async () => {
    const { stdout } = await withConfig(config, '--case', 'declined');
    expect(stdout).toEqual([
      'declined',
      '       0 s  Charge',
      expect.stringMatching(/Pause$/),
      expect.stringMatching(/Paid\?$/),
      expect.stringMatching(/Failed$/),
      '',
      'FAILED  NotPaid: It was not paid',
      '',
    ]);
  });

  it('fails a task whose response has no answer for the attempt', async () => {
    const short = {
      ...config,
      MockedResponses: {
        ...config.MockedResponses,
        retried: { '0': { Throw: { Error: 'CardDeclined', Cause: '' } } },
      },
    };
    const result = await withConfig(short, '--case', 'paid', '--json');
    expect(jsonOf(result)).toMatchObject({ status: 'FAILED', error: { name: 'States.Runtime' } });
  });

  it.each([
    [
      'a machine that the file does not have',
      config,
      ['--machine', 'refunds'],
      /no machine 'refunds'; it has: orders/,
    ],
    ['a test case that it does not have', config, ['--case', 'late'], /no test case 'late'; it has: paid/],
    [
      'a response that it does not have',
      { ...config, MockedResponses: {} },
      [],
      /names the response "retried"/,
    ],
    [
      'attempts with a gap',
      { ...config, MockedResponses: { ...config.MockedResponses, retried: { '1': { Return: 1 } } } },
      [],
      /without a gap/,
    ],
    [
      'an answer that both returns and throws',
      {
        ...config,
        MockedResponses: { ...config.MockedResponses, retried: { '0': { Return: 1, Throw: {} } } },
      },
      [],
      /either Return or Throw/,
    ],
    [
      'a state that is not a task',
      { ...config, StateMachines: { orders: { TestCases: { paid: { Pause: 'retried' } } } } },
      [],
      /answer for 'Pause', and the tasks of the definition are: Charge/,
    ],
    ['a file without machines', {}, [], /MockedResponses must be an object/],
  ])('refuses %s', async (_, value, args, message) => {
    const { exitCode, stderr } = await withConfig(value, ...args);
    expect(exitCode).toBe(2);
    expect(stderr.join(' ')).toMatch(message);
  });
});

describe('asl convert', () => {
  it('prints a module that exports a machine of the name of the file', async () => {
    const { exitCode, stdout, stderr } = await run('convert', 'orders.asl.json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    const source = stdout.join('\n');
    expect(source).toContain('export const orders = setup({');
    expect(source).toContain("Charge: taskState('Charge', {");
  });

  it('takes an id and substitutions, and notes what Millrace does not call', async () => {
    const { stdout, stderr } = await run(
      'convert',
      'tell.asl.yaml',
      '--id',
      'other',
      '--substitutions',
      '{"a":1}',
    );
    expect(stdout.join('\n')).toContain("id: 'other'");
    expect(stderr.join('\n')).toContain('arn:aws:states:::aws-sdk:kinesis:subscribeToShard');
  });

  it('prints nothing on stdout for a definition that is not valid, and says where', async () => {
    const { exitCode, stdout, stderr } = await run('convert', 'bad.asl.json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr.join('\n')).toMatch(/line \d+, \/States\/Charge\/Next/);
  });

  it('refuses an id that a machine cannot have', async () => {
    const { exitCode, stdout } = await run('convert', 'orders.asl.json', '--id', 'a#b');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
  });
});

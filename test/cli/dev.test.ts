import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { greetWorker, writeGreetings } from './greetings.ts';
import { jsonOf, millrace } from './testCommandLine.ts';

const repositoryFile = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const arguments_ = [
  '--import',
  repositoryFile('test/cli/typescript.mjs'),
  '--conditions',
  'millrace-source',
  repositoryFile('cli/main.ts'),
];

let directory: TemporaryDirectory;
let dev: ChildProcess;
const output = { stdout: '', stderr: '' };

beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeGreetings(directory);
  await directory.write(
    'machines/bill.ts',
    `import { lambda } from 'millrace/workers';
import { setup } from 'xstate';
export const bill = setup({ actors: { invoice: lambda<object, number>('billing-invoice') } }).createMachine({
  id: 'bill',
  initial: 'issuing',
  states: {
    issuing: { invoke: { src: 'invoice', input: { amount: 20 }, onDone: 'issued' } },
    issued: { type: 'final' },
  },
});
`,
  );
  await directory.write(
    'functions/billing-invoice.mjs',
    'export const handler = async ({ amount }) => amount * 1.21;',
  );
  dev = spawn(process.execPath, [...arguments_, 'dev', '--functions', 'functions'], {
    cwd: directory.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  dev.stdout?.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  dev.stderr?.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  await said('The local cloud is running', 50_000);
});
afterAll(async () => {
  if (dev.exitCode === null) dev.kill('SIGKILL');
  await directory.remove();
});

async function said(text: string, timeoutMs = 25_000): Promise<void> {
  await eventually(
    async () => output.stderr,
    (stderr) => stderr.includes(text) || dev.exitCode !== null,
    { what: 'stderr', timeoutMs },
  );
  expect(output.stderr).toContain(text);
}

function run(...args: string[]) {
  return millrace(args, { directory: directory.path });
}

async function greet(id: string): Promise<unknown> {
  await run('start', 'greeting', '--id', id, '--input', '{"name":"Ada"}');
  return jsonOf(await run('wait', id, '--timeout', '20s', '--json'));
}

describe('dev', () => {
  it('prints the variables that any AWS SDK needs, ready to paste', async () => {
    const variables = new Map(
      output.stdout
        .trim()
        .split('\n')
        .map((line) => /^export ([A-Z_]+)=(\S+)$/.exec(line))
        .map((match) => [match?.[1], match?.[2]] as const),
    );
    const dynamodb = new DynamoDBClient({
      endpoint: variables.get('AWS_ENDPOINT_URL_DYNAMODB') ?? '',
      region: variables.get('AWS_REGION') ?? '',
      credentials: {
        accessKeyId: variables.get('AWS_ACCESS_KEY_ID') ?? '',
        secretAccessKey: variables.get('AWS_SECRET_ACCESS_KEY') ?? '',
      },
    });
    await run('start', 'greeting', '--id', 'sdk', '--input', '{"name":"shy"}');
    const { Item } = await dynamodb.send(
      new GetItemCommand({
        TableName: variables.get('MILLRACE_TABLE') ?? '',
        Key: { executionId: { S: 'sdk' }, item: { S: 'start' } },
      }),
    );
    dynamodb.destroy();
    expect(Item?.machine).toEqual({ S: 'greeting' });
    expect(variables.get('AWS_DISABLE_HOST_PREFIX_INJECTION')).toBe('true');
    const sfn = new SFNClient({
      endpoint: variables.get('AWS_ENDPOINT_URL_SFN') ?? '',
      region: variables.get('AWS_DEFAULT_REGION') ?? '',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
    sfn.destroy();
    expect(stateMachines.map(({ name }) => name)).toContain('greeting');
  });

  it('is the cloud of the other commands in its directory', async () => {
    expect(await greet('first')).toMatchObject({ status: 'SUCCEEDED', output: { text: 'Hello Ada' } });
    await directory.write('names.ndjson', '{"name":"Bo"}\n{"name":"Cy"}\n');
    const result = await run('run', 'greeting', '--input', 'names.ndjson', '--json');
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ executions: 2, status: { SUCCEEDED: 2 } });
    const list = jsonOf(await run('list', 'greeting', '--status', 'SUCCEEDED', '--json')) as {
      items: unknown[];
    };
    expect(list.items).toHaveLength(3);
  });

  it('has the machines that history and replay use, in processes of their own', async () => {
    await greet('travel');
    const spawned = async (...args: string[]) =>
      (await promisify(execFile)(process.execPath, [...arguments_, ...args], { cwd: directory.path })).stdout;
    expect(await spawned('history', 'travel')).toContain('greeting → left');
    expect(await spawned('replay', 'travel')).toContain('2 entries replayed, equal to what is stored');
    expect(JSON.parse(await spawned('replay', 'travel', '--at', '1', '--json'))).toMatchObject({
      state: 'greeting',
      context: { name: 'Ada', text: '' },
      tasks: [{ task: 0, worker: 'greet' }],
    });
    expect(await spawned('machines', 'check')).toMatch(/greeting +1 +\d+ +0 +0 +0/);
  });

  it('has functions that know nothing of Millrace', async () => {
    await run('start', 'bill', '--id', 'bill-1');
    expect(jsonOf(await run('wait', 'bill-1', '--timeout', '20s', '--json'))).toMatchObject({
      status: 'SUCCEEDED',
      state: 'issued',
    });
  });

  it('deploys a worker again when its file has changed', async () => {
    await directory.write('workers/greet.ts', greetWorker('Goedemorgen'));
    await said('Machines and workers were reloaded.');
    expect(await greet('second')).toMatchObject({ output: { text: 'Goedemorgen Ada' } });
  });

  it('meets a command that is sent right after a file was saved with the new code', async () => {
    await directory.write('workers/greet.ts', greetWorker('Hola'));
    expect(await greet('saved')).toMatchObject({ output: { text: 'Hola Ada' } });
    await directory.write('workers/greet.ts', greetWorker('Goedemorgen'));
    expect(await greet('saved-again')).toMatchObject({ output: { text: 'Goedemorgen Ada' } });
  });

  it('lists what it deployed, and reports an execution that waits for its machine', async () => {
    expect(output.stderr).toMatch(/^ {2}Machines {2}bill 1; greeting 1$/m);
    expect(output.stderr).toMatch(/^ {2}Workers {3}.*greet/m);
    await run('start', 'missing', '--id', 'waits');
    await said("waits (missing): MachineNotDeployed: The machine 'missing' is not deployed.");
  });

  it('says what is wrong with a changed file and goes on with the code of before', async () => {
    await directory.write('machines/greeting.ts', 'export const greeting = (;');
    await said('Not reloaded: CodeNotBundled: ');
    expect(await greet('third')).toMatchObject({ output: { text: 'Goedemorgen Ada' } });
  });

  it('runs once in a directory', async () => {
    const { exitCode, stderr } = await run('dev');
    expect(exitCode).toBe(5);
    expect(stderr.join()).toContain(`LocalCloudRunning: `);
    expect(stderr.join()).toContain(String(dev.pid));
  });

  it('stops on Ctrl-C with exit code 0, and leaves nothing that others would take for a cloud', async () => {
    dev.kill('SIGINT');
    // As npx passes it on.
    dev.kill('SIGINT');
    await once(dev, 'exit');
    expect(dev.exitCode).toBe(0);
    const { exitCode, stderr } = await run('list', 'greeting');
    expect(exitCode).toBe(5);
    expect(stderr.join()).toContain('NoCloud: No local cloud is running here');
  });
});

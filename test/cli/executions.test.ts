import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, mailbox, quote } from '../client/machines.ts';
import { TestDeployment } from '../client/testDeployment.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { type CommandResult, jsonOf, millraceOn } from './testCommandLine.ts';

let testTable: TestTable;
let deployment: TestDeployment;
let directory: TemporaryDirectory;
beforeAll(async () => {
  testTable = await startTestTable();
  directory = await temporaryDirectory();
  deployment = new TestDeployment(testTable, [claim, mailbox, quote], {
    check: ({ price }: { price: number }) => {
      if (price < 0) throw new RangeError('no such price');
      return price * 2;
    },
  });
});
afterAll(async () => {
  await testTable.stop();
  await directory.remove();
});

async function run(args: readonly string[], standardInput?: string): Promise<CommandResult> {
  return millraceOn(testTable, args, {
    directory: directory.path,
    now: () => deployment.now,
    ...(standardInput !== undefined && { standardInput }),
  });
}

async function started(executionId: string, machine: string, input?: unknown): Promise<void> {
  await deployment.client.start(machine, { executionId, input });
  await deployment.orchestrate(executionId);
}

describe('start', () => {
  it('prints the id alone', async () => {
    const { exitCode, stdout, stderr } = await run([
      'start',
      'quote',
      '--id',
      's-1',
      '--input',
      '{"price":2}',
    ]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: ['s-1'], stderr: [] });
    expect(await deployment.client.describe('s-1')).toMatchObject({ machine: 'quote', startPending: true });
  });

  it('takes input from a file and from stdin', async () => {
    await directory.write('input.json', '{"price": 7}');
    await run(['start', 'quote', '--id', 's-2', '--input', '@input.json']);
    await run(['start', 'quote', '--id', 's-3', '--input', '-'], '{"price": 8}');
    await deployment.orchestrate('s-2');
    await deployment.orchestrate('s-3');
    expect((await deployment.client.describe('s-2', quote)).output).toEqual({ price: 14 });
    expect((await deployment.client.describe('s-3', quote)).output).toEqual({ price: 16 });
  });

  it('says when the same start had been made before, and still succeeds', async () => {
    const args = ['start', 'mailbox', '--id', 's-4', '--json'];
    expect(jsonOf(await run(args))).toEqual({ executionId: 's-4', isNew: true });
    const again = await run(args);
    expect(again.exitCode).toBe(0);
    expect(jsonOf(again)).toEqual({ executionId: 's-4', isNew: false });
  });

  it('takes a file with a byte order mark, as editors of Windows write it', async () => {
    await directory.write('bom.json', '\uFEFF{"price":7}');
    expect((await run(['start', 'quote', '--id', 's-5', '--input', '@bom.json'])).exitCode).toBe(0);
    await directory.write('latin1.json', Buffer.from([0x22, 0xe9, 0x22]));
    const refused = await run(['start', 'quote', '--id', 's-6', '--input', '@latin1.json']);
    expect(refused.stderr.join()).toMatch(/--input: latin1\.json cannot be read/);
    const other = await run(['send', 's-5', 'X', '--data', '{a']);
    expect(other.stderr.join()).toMatch(/--data is not JSON .* Quote strings: --data '/);
  });

  it.each([
    ['an id with a dot', ['--id', 'a.b'], 'InvalidExecutionId'],
    ['input that is not JSON', ['--input', '{price: 2}'], 'InvalidInput'],
    ['a file that is not UTF-8', ['--input', '@latin1.json'], 'InvalidInput'],
    ['a file that is not there', ['--input', '@nowhere.json'], 'InvalidInput'],
    [
      'an id that is taken with another input',
      ['--id', 's-1', '--input', '{"price":3}'],
      'ExecutionAlreadyExists',
    ],
  ])('refuses %s with exit code 2', async (_, args, code) => {
    const { exitCode, stdout, stderr } = await run(['start', 'quote', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr).toEqual([expect.stringMatching(new RegExp(`^${code}: `))]);
  });
});

describe('describe', () => {
  it('shows what an execution waits for', async () => {
    await started('d-1', 'claim', { amount: 5 });
    expect((await run(['describe', 'd-1'])).stdout).toEqual([
      'Execution  d-1',
      'Machine    claim, version 4',
      'Status     RUNNING',
      'State      assessing',
      'Started    2026-03-01T12:00:00.000Z',
      'Updated    2026-03-01T12:00:00.000Z',
      'Waits for  task 0 (assess), attempt 1, until 2026-03-01T12:00:30.000Z',
      'Context    {"amount":5,"assessor":null}',
    ]);
  });

  it('shows the error of a failed execution', async () => {
    await started('d-2', 'quote', { price: -1 });
    const { exitCode, stdout } = await run(['describe', 'd-2']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Status     FAILED');
    expect(stdout).toContain('Error      TaskFailed: RangeError: no such price');
  });

  it('prints with --json what the client answers', async () => {
    await started('d-3', 'mailbox');
    expect(jsonOf(await run(['describe', 'd-3', '--json']))).toEqual(await deployment.client.describe('d-3'));
  });

  it('shows control characters of foreign data as what they are', async () => {
    await started('d-4', 'claim', { amount: 'red \u001b[31m' });
    expect((await run(['describe', 'd-4'])).stdout.join('\n')).not.toContain('\u001b');
  });

  it.each([['describe'], ['history'], ['wait'], ['stop'], ['redrive']])(
    '%s of what was never started ends with exit code 3',
    async (command) => {
      const { exitCode, stderr } = await run([command, 'nobody']);
      expect(exitCode).toBe(3);
      expect(stderr).toEqual([expect.stringMatching(/^ExecutionNotFound: .*'nobody'/)]);
    },
  );
});

describe('list', () => {
  beforeAll(async () => {
    for (let i = 0; i < 7; i++) await started(`l-${i}`, 'quote', { price: i === 0 ? -2 : i });
  });

  it('lists executions of every status', async () => {
    const { stdout } = await run(['list', 'quote']);
    expect(stdout[0]).toMatch(/^EXECUTION +STATUS +STARTED +ENDED$/);
    expect(stdout.find((row) => row.startsWith('l-0 '))).toContain('FAILED');
    expect(stdout.find((row) => row.startsWith('l-6 '))).toContain('SUCCEEDED');
  });

  it('goes on at a cursor', async () => {
    const first = jsonOf(
      await run(['list', 'quote', '--status', 'SUCCEEDED', '--limit', '2', '--json']),
    ) as Page;
    expect(first.items).toHaveLength(2);
    const args = ['list', 'quote', '--status', 'SUCCEEDED', '--cursor', first.cursor ?? '', '--json'];
    const rest = jsonOf(await run(args)) as Page;
    const ids = [...first.items, ...rest.items].map(({ executionId }) => executionId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['l-1', 'l-2', 'l-3', 'l-4', 'l-5', 'l-6']));
  });

  it('lists executions of all machines, page by page, in one status or in every', async () => {
    await started('l-mailbox', 'mailbox');
    const failed = await run(['list', '--status', 'FAILED']);
    expect(failed.stdout[0]).toMatch(/^EXECUTION +MACHINE +STATUS +STARTED +ENDED$/);
    expect(failed.stdout.find((row) => row.startsWith('l-0 '))).toMatch(/^l-0 +quote +FAILED /);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const args = ['list', '--limit', '3', '--json', ...(cursor === undefined ? [] : ['--cursor', cursor])];
      const page = jsonOf(await run(args)) as Page;
      seen.push(...page.items.map(({ executionId }) => executionId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['l-0', 'l-1', 'l-6', 'l-mailbox']));
  });

  it('refuses a cursor without its status, and one that no list had', async () => {
    expect((await run(['list', 'quote', '--cursor', 'abc'])).exitCode).toBe(2);
    const { exitCode, stderr } = await run(['list', 'quote', '--status', 'FAILED', '--cursor', 'abc']);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^InvalidCursor: /);
  });
});

describe('--machine', () => {
  it('names the machine of list, start and run as the argument does', async () => {
    const list = await run(['list', '--machine', 'quote', '--status', 'FAILED']);
    expect(list.stdout.find((row) => row.startsWith('l-0 '))).toContain('FAILED');
    const start = await run(['start', '--machine', 'quote', '--id', 'm-1', '--input', '{"price":2}']);
    expect(start.stdout).toEqual(['m-1']);
    expect((await run(['start', 'quote', '--machine', 'quote', '--id', 'm-2'])).exitCode).toBe(0);
  });

  it.each([
    ['no machine at all', ['start']],
    ['two machines', ['start', 'quote', '--machine', 'mailbox']],
    ['two machines in a list', ['list', 'quote', '--machine', 'mailbox']],
  ])('is refused with %s', async (_, args) => {
    const { exitCode, stderr } = await run(args);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^InvalidInput: .*--machine/);
  });

  it.each([
    ['describe', []],
    ['wait', []],
    ['history', []],
    ['replay', []],
    ['send', ['CLOSE']],
  ])('of %s refuses an execution of another machine', async (command, rest) => {
    await started('of-mailbox', 'mailbox');
    const { exitCode, stderr } = await run([command, 'of-mailbox', ...rest, '--machine', 'quote']);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^DifferentMachine: /);
  });
});

interface Page {
  readonly items: readonly { readonly executionId: string }[];
  readonly cursor?: string;
}

describe('send', () => {
  it('sends an event with its fields, which the history shows', async () => {
    await started('e-1', 'mailbox');
    const sent = await run(['send', 'e-1', 'CLOSE', '--data', '{"by":"Ada"}', '--event-id', 'x', '--json']);
    expect(jsonOf(sent)).toEqual({ executionId: 'e-1', eventId: 'x', isNew: true });
    await deployment.orchestrate('e-1');
    const { stdout } = await run(['history', 'e-1']);
    expect(stdout).toHaveLength(2);
    expect(stdout[1]).toBe('2  2026-03-01T12:00:00.000Z  event#x {"by":"Ada","type":"CLOSE"}');
  });

  it('asks whether there is such an execution, unless it may come before the start', async () => {
    expect((await run(['send', 'e-2', 'CLOSE'])).exitCode).toBe(3);
    expect((await run(['send', 'e-2', 'CLOSE', '--before-start'])).exitCode).toBe(0);
    await started('e-2', 'mailbox');
    expect(await deployment.client.describe('e-2')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each([
    ['a reserved type', ['xstate.stop'], 'ReservedEventType'],
    ['data that is not an object', ['CLOSE', '--data', '[1]'], 'InvalidInput'],
    ['a type in the data', ['CLOSE', '--data', '{"type":"OPEN"}'], 'InvalidInput'],
  ])('refuses %s with exit code 2', async (_, args, code) => {
    await started('e-3', 'mailbox');
    const { exitCode, stderr } = await run(['send', 'e-3', ...args]);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(new RegExp(`^${code}: `));
  });
});

describe('stop and redrive', () => {
  it('stop ends an execution, with its cause in the history', async () => {
    await started('c-1', 'mailbox');
    expect((await run(['stop', 'c-1', '--cause', 'entered twice'])).stdout).toEqual(['c-1']);
    await deployment.orchestrate('c-1');
    expect((await run(['describe', 'c-1'])).stdout).toContain('Status     ABORTED');
    expect((await run(['history', 'c-1'])).stdout.at(-1)).toContain('stop: entered twice');
  });

  it('redrive refuses what does not wait for it with exit code 2', async () => {
    await started('c-2', 'mailbox');
    const { exitCode, stderr } = await run(['redrive', 'c-2']);
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^NotRedrivable: /);
  });
});

describe('an operation that an execution cannot take', () => {
  const ended = 'o-ended';
  const running = 'o-running';
  const suspended = 'o-suspended';
  beforeAll(async () => {
    await started(ended, 'quote', { price: 2 });
    await started(running, 'mailbox');
    await started(suspended, 'mailbox');
    await run(['suspend', suspended]);
    await deployment.orchestrate(suspended);
  });

  it.each([
    ['send to an ended one', ['send', ended, 'CLOSE'], 'ExecutionEnded'],
    ['stop of an ended one', ['stop', ended], 'ExecutionEnded'],
    ['suspend of an ended one', ['suspend', ended], 'ExecutionEnded'],
    ['resume of an ended one', ['resume', ended], 'ExecutionEnded'],
    ['redrive of one that succeeded', ['redrive', ended], 'NotRedrivable'],
    ['redrive of a running one', ['redrive', running], 'NotRedrivable'],
    ['redrive of a suspended one', ['redrive', suspended], 'NotRedrivable'],
    ['completing a task of an ended one', ['task', 'complete', `${ended}#0#1`], 'TaskAlreadyCompleted'],
    [
      'failing a task of an ended one',
      ['task', 'fail', `${ended}#0#1`, '--error', 'Late'],
      'TaskAlreadyCompleted',
    ],
    ['a heartbeat of a task of an ended one', ['task', 'heartbeat', `${ended}#0#1`], 'TaskNotOpen'],
    ['completing a task that never was', ['task', 'complete', `${running}#7#1`], 'TaskNotOpen'],
  ])('ends with exit code 2, changes nothing, and says why: %s', async (_, args, code) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr.join()).toMatch(new RegExp(`^${code}: `));
  });

  it('is not what a suspended execution is to send and stop: it keeps the first and takes the second', async () => {
    expect((await run(['send', suspended, 'CLOSE'])).exitCode).toBe(0);
    expect((await run(['stop', suspended])).exitCode).toBe(0);
  });
});

describe('wait', () => {
  it.each([
    ['succeeded', 2, 0],
    ['failed', -2, 1],
  ])('shows an execution that %s and ends with exit code %#', async (name, price, exitCode) => {
    await started(`w-${name}`, 'quote', { price });
    const result = await run(['wait', `w-${name}`, '--json']);
    expect(result.exitCode).toBe(exitCode);
    expect(jsonOf(result)).toMatchObject({ executionId: `w-${name}`, status: name.toUpperCase() });
  });

  it('ends with exit code 4 after the timeout', async () => {
    await started('w-1', 'mailbox');
    const { exitCode, stderr } = await run(['wait', 'w-1', '--timeout', '50ms']);
    expect(exitCode).toBe(4);
    expect(stderr.join()).toMatch(/^WaitTimeout: .*still RUNNING after 50 ms/);
  });
});

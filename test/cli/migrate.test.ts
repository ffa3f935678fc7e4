import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { jsonOf, millrace } from './testCommandLine.ts';

const lambda = 'arn:aws:lambda:us-east-1:123456789012:function:work';
/** Ten tasks in a row: eleven transitions with the end. */
const tenTasks = {
  StartAt: 'T0',
  States: Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [
      `T${i}`,
      { Type: 'Task', Resource: lambda, ...(i === 9 ? { End: true } : { Next: `T${i + 1}` }) },
    ]),
  ),
};
const publish = `StartAt: Tell
States:
  Tell: { Type: Task, Resource: 'arn:aws:states:::pigeon:publish', Parameters: { TopicArn: topic }, End: true }
`;

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await mkdir(join(directory.path, 'definitions/old'), { recursive: true });
  await mkdir(join(directory.path, 'definitions/node_modules/other'), { recursive: true });
  const put = (file: string, text: string) => writeFile(join(directory.path, file), text);
  await put('definitions/orders.asl.json', JSON.stringify(tenTasks));
  await put('definitions/old/notices.yaml', publish);
  await put('definitions/broken.json', '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}');
  await put('definitions/package.json', '{"name":"not a definition"}');
  await put('definitions/node_modules/other/hidden.asl.json', JSON.stringify(tenTasks));
  await put(
    'counts.csv',
    'name,executions,transitions,type\r\norders,1000000,\r\nnotices,2000000,4000000\r\n',
  );
});
afterAll(() => directory.remove());

const assess = (...args: readonly string[]) =>
  millrace(['migrate', 'assess', 'definitions', ...args], { directory: directory.path });

describe('migrate assess', () => {
  it('says of each definition whether it runs, and what a month costs there and here', async () => {
    const result = await assess('--counts', 'counts.csv', '--json');
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toEqual({
      machines: [
        {
          name: 'orders',
          type: 'STANDARD',
          runs: true,
          missing: [],
          month: {
            executions: 1_000_000,
            transitions: 11_000_000,
            isEstimated: true,
            today: 275,
            here: expect.closeTo(33, -1),
            ways: {
              stream: expect.closeTo(33, -1),
              nudge: expect.closeTo(37, -1),
              chain: expect.closeTo(23, -1),
            },
            saves: expect.closeTo(242, -1),
          },
        },
        {
          name: 'notices',
          type: 'STANDARD',
          runs: false,
          missing: ['pigeon:publish (Tell)'],
          month: expect.objectContaining({ transitions: 4_000_000, isEstimated: false, today: 100 }),
        },
        {
          name: 'broken',
          type: 'STANDARD',
          runs: false,
          missing: expect.arrayContaining([expect.stringContaining('/States/A/Next')]),
        },
      ],
    });
  });

  it('prints a table with a total, and the reasons why some do not run', async () => {
    const { stdout } = await assess('--counts', 'counts.csv');
    expect(stdout[0]).toBe(
      'MACHINE  TYPE      RUNS  EXECUTIONS  TRANSITIONS       TODAY    HERE    NUDGED  IN CHAINS  SAVES',
    );
    expect(stdout[1]).toMatch(/^orders {3}STANDARD {2}yes {3}1,000,000 {3}about 11,000,000 {2}\$275\.00/);
    expect(stdout.find((text) => text.startsWith('total'))).toContain('$375.00');
    expect(stdout).toContain('notices does not run: pigeon:publish (Tell)');
  });

  it('lets an Express workflow cost what Express costs', async () => {
    await writeFile(join(directory.path, 'express.csv'), 'orders,1000000,,express\n');
    const { machines } = JSON.parse((await assess('--counts', 'express.csv', '--json')).stdout.join(''));
    expect(machines[0]).toMatchObject({
      name: 'orders',
      type: 'EXPRESS',
      month: { today: expect.closeTo(2, 0) },
    });
  });

  it('needs no counts', async () => {
    const { exitCode, stdout } = await assess();
    expect(exitCode).toBe(0);
    expect(stdout[2]).toMatch(/^notices +STANDARD +no +-/);
  });

  it.each([
    ['a name that is not a definition', 'refunds,5', /'refunds', and the definitions of .* are: broken, /],
    ['a count that is not a number', 'orders,many', /line 1: 'many' is not a number of executions/],
    ['a name twice', 'orders,1\norders,2', /line 2: 'orders' is in the file twice/],
    ['a type that is neither', 'orders,1,2,FAST', /'FAST' is neither STANDARD nor EXPRESS/],
    ['too many columns', 'orders,1,2,EXPRESS,x', /it has 5 columns/],
  ])('refuses counts with %s', async (_, text, message) => {
    await writeFile(join(directory.path, 'bad.csv'), text);
    const { exitCode, stderr } = await assess('--counts', 'bad.csv');
    expect(exitCode).toBe(2);
    expect(stderr.join(' ')).toMatch(message);
  });

  it('refuses options that would have no effect', async () => {
    const refusal = async (...args: readonly string[]) => {
      const { exitCode, stderr } = await millrace(['migrate', 'assess', ...args], {
        directory: directory.path,
      });
      expect(exitCode).toBe(2);
      return stderr.join();
    };
    expect(await refusal('--counts', 'counts.csv')).toContain('--counts is for a folder');
    expect(await refusal('definitions', '--policy')).toContain('--policy is for an account');
    expect(await refusal('definitions', '--region', 'eu-west-1')).toContain('--region is for an account');
  });

  it('refuses a folder that is not there, and one without definitions', async () => {
    const at = (folder: string) => millrace(['migrate', 'assess', folder], { directory: directory.path });
    expect((await at('nowhere')).exitCode).toBe(2);
    await mkdir(join(directory.path, 'empty'), { recursive: true });
    expect((await at('empty')).stderr.join(' ')).toContain('has no definitions');
  });
});

describe('migrate compare', () => {
  const pass = { StartAt: 'A', States: { A: { Type: 'Pass', Result: 1, End: true } } };
  const event = (id: number, type: string, details: object, previousEventId = id - 1) => ({
    id,
    previousEventId,
    type,
    timestamp: `2026-01-01T00:00:0${id}.000Z`,
    ...details,
  });
  const entryOf = (name: string, output: string) => ({
    executionArn: `arn:aws:states:eu-west-1:123456789012:execution:sums:${name}`,
    events: [
      event(1, 'ExecutionStarted', { executionStartedEventDetails: { input: '{}', roleArn: 'role' } }, 0),
      event(2, 'PassStateEntered', { stateEnteredEventDetails: { name: 'A', input: '{}' } }, 0),
      event(3, 'PassStateExited', { stateExitedEventDetails: { name: 'A', output } }),
      event(4, 'ExecutionSucceeded', { executionSucceededEventDetails: { output } }),
    ],
  });
  const compare = async (entries: readonly object[], ...args: readonly string[]) => {
    const put = (file: string, text: string) => writeFile(join(directory.path, file), text);
    await put('histories.jsonl', entries.map((each) => JSON.stringify(each)).join('\n'));
    await put('sums.asl.json', JSON.stringify(pass));
    return millrace(['migrate', 'compare', '--histories', 'histories.jsonl', ...args], {
      directory: directory.path,
    });
  };

  it('names each difference, with its state and both values, and exits with 6', async () => {
    const entries = [entryOf('one', '1'), entryOf('two', '{"sum":2}')];
    const result = await compare(entries, '--definition', 'sums.asl.json');
    expect(result.exitCode).toBe(6);
    expect(result.stdout).toEqual([
      'arn:aws:states:eu-west-1:123456789012:execution:sums:two differs',
      '  A: output is 1 here, and {"sum":2} on Step Functions',
      '  1 more place has the same values',
      '',
      '2 executions: 1 the same, 1 different, 0 not compared.',
    ]);
  });

  it('prints one document with --json, and takes the definition of an entry', async () => {
    const result = await compare([{ ...entryOf('one', '1'), definition: JSON.stringify(pass) }], '--json');
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toEqual({
      total: 1,
      same: 1,
      different: 0,
      notCompared: 0,
      executions: [
        {
          execution: 'arn:aws:states:eu-west-1:123456789012:execution:sums:one',
          outcome: 'same',
          differences: [],
          notes: [],
        },
      ],
    });
  });

  it('says what a file lacks', async () => {
    const noDefinition = await compare([entryOf('one', '1')]);
    expect(noDefinition.exitCode).toBe(2);
    expect(noDefinition.stderr.join()).toContain('give --definition');
    const noEvents = await compare([{ executionArn: 'x' }], '--definition', 'sums.asl.json');
    expect(noEvents.stderr.join()).toContain('has no events in entry 1');
    const nothing = await compare([], '--definition', 'sums.asl.json');
    expect(nothing.exitCode).toBe(2);
    expect(nothing.stderr.join()).toContain('histories.jsonl has no executions');
  });

  it('exits with 2 where no execution could be compared', async () => {
    const { executionArn, events } = entryOf('one', '1');
    const withoutData = events.map(({ id, previousEventId, timestamp, type }) => ({
      id,
      previousEventId,
      timestamp,
      type,
    }));
    const entry = { executionArn, events: withoutData };
    const { exitCode, stdout } = await compare([entry], '--definition', 'sums.asl.json');
    expect(stdout.at(-1)).toBe('1 execution: 0 the same, 0 different, 1 not compared.');
    expect(exitCode).toBe(2);
  });

  it('counts a single execution as one', async () => {
    const { stdout } = await compare([entryOf('one', '1')], '--definition', 'sums.asl.json');
    expect(stdout.at(-1)).toBe('1 execution: 1 the same, 0 different, 0 not compared.');
  });

  it('refuses options that would have no effect', async () => {
    const machine = await compare(
      [entryOf('one', '1')],
      '--definition',
      'sums.asl.json',
      '--machine',
      'sums',
    );
    expect(machine.exitCode).toBe(2);
    expect(machine.stderr.join()).toContain('--machine is for --executions');
    const definition = await millrace(
      ['migrate', 'compare', '--executions', '1', '--definition', 'sums.asl.json'],
      { directory: directory.path },
    );
    expect(definition.exitCode).toBe(2);
    expect(definition.stderr.join()).toContain('--definition is for --histories');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailbox } from '../client/machines.ts';
import { TestDeployment } from '../client/testDeployment.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { type CommandResult, jsonOf, millrace, millraceOn } from './testCommandLine.ts';

/** A machine without code: what a JSON file holds. */
function visit(version: string, next: string) {
  return {
    id: 'visit',
    version,
    initial: 'registering',
    states: {
      registering: { invoke: { src: 'register', onDone: next } },
      waiting: { on: { CALL: 'left' }, after: { 60000: 'left' } },
      measuring: { on: { CALL: 'left' } },
      left: { type: 'final' },
    },
  };
}

let testTable: TestTable;
let deployment: TestDeployment;
let directory: TemporaryDirectory;
beforeAll(async () => {
  testTable = await startTestTable();
  directory = await temporaryDirectory();
  await directory.write('machines/visit.json', JSON.stringify(visit('1', 'waiting')));
  await directory.write('machines/visit-2.json', JSON.stringify(visit('2', 'measuring')));
  await directory.write('changed/visit.json', JSON.stringify(visit('1', 'measuring')));
  await directory.write('broken/visit.json', JSON.stringify({ ...visit('1', 'waiting'), initial: 'none' }));
  await directory.write('elsewhere/mailbox.json', JSON.stringify(mailbox.config));
  deployment = new TestDeployment(testTable, [visit('1', 'waiting'), visit('2', 'measuring')]);
  for (const [executionId, version] of [
    ['v-1', '1'],
    ['v-2', '2'],
  ] as const) {
    await deployment.client.start('visit', { executionId, version });
    await deployment.orchestrate(executionId);
    await deployment.succeed(executionId, 0, 7);
  }
});
afterAll(async () => {
  await testTable.stop();
  await directory.remove();
});

async function run(...args: readonly string[]): Promise<CommandResult> {
  return millraceOn(testTable, args, { directory: directory.path, now: () => deployment.now });
}

describe('history', () => {
  it('shows when, why, from state to state, and what came of it', async () => {
    const { stdout, stderr } = await run('history', 'v-1');
    expect(stderr).toEqual([]);
    expect(stdout).toEqual([
      '1  2026-03-01T12:00:00.000Z  start',
      '     state      registering',
      '     context    + {}',
      '     started    task#0#1 register',
      '2  2026-03-01T12:00:00.000Z  task#0#1 work SUCCEEDED 7',
      '     state      registering → waiting',
      '     timer      xstate.after.60000.visit.waiting at 2026-03-01T12:01:00.000Z',
    ]);
  });

  it('shows the transitions that were taken with --path', async () => {
    const { stdout } = await run('history', 'v-1', '--path');
    expect(stdout.filter((text) => text.includes('taken'))).toEqual([
      '     taken      visit|xstate.init|0',
      '     taken      visit.registering|xstate.done.actor.0.visit.registering|0',
    ]);
  });

  it('prints an object a line with --json, and pages', async () => {
    const first = await run('history', 'v-1', '--json', '--limit', '1');
    expect(first.stdout).toHaveLength(1);
    expect(jsonOf(first)).toMatchObject({ number: 1, kind: 'start', transition: { to: 'registering' } });
    expect(first.stderr).toEqual(['There are more: --from 2']);
    const rest = await run('history', 'v-1', '--json', '--from', '2');
    expect(jsonOf(rest)).toMatchObject({ number: 2, transition: { from: 'registering', to: 'waiting' } });
    expect(rest.stderr).toEqual([]);
  });

  it('shows journal and log where the machine is not at hand, and says so', async () => {
    const { exitCode, stdout, stderr } = await run('history', 'v-1', '--machines', 'elsewhere');
    expect(exitCode).toBe(0);
    expect(stdout).toEqual([
      '1  2026-03-01T12:00:00.000Z  start',
      '2  2026-03-01T12:00:00.000Z  task#0#1 work SUCCEEDED 7',
    ]);
    expect(stderr).toEqual([
      expect.stringMatching(/^From entry 1 on, states are not shown\. MachineNotDeployed: .*'visit'/),
    ]);
    const unreplayed = await run('history', 'v-1', '--no-replay');
    expect(unreplayed).toEqual({ exitCode: 0, stdout, stderr: [] });
  });

  it('refuses a named folder that has no machines, or one that cannot be durable', async () => {
    const { exitCode, stderr } = await run('history', 'v-1', '--machines', 'nowhere');
    expect(exitCode).toBe(2);
    expect(stderr.join()).toMatch(/^MachinesNotFound: /);
    expect((await run('history', 'v-1', '--machines', 'broken')).stderr.join()).toMatch(
      /^MachineNotDurable: /,
    );
  });
});

describe('replay', () => {
  it('is equal, byte for byte, by each of several versions side by side', async () => {
    expect(await run('replay', 'v-1')).toEqual({
      exitCode: 0,
      stdout: ['v-1 (visit 1, RUNNING): 2 entries replayed, equal to what is stored.'],
      stderr: [],
    });
    expect(jsonOf(await run('replay', 'v-2', '--json'))).toEqual({
      executionId: 'v-2',
      machine: 'visit',
      machineVersion: '2',
      status: 'RUNNING',
      entries: 2,
      outcome: 'equal',
    });
  });

  it('says with exit code 6 at which entry a machine that was changed leads elsewhere', async () => {
    const { exitCode, stdout } = await run('replay', 'v-1', '--machines', 'changed');
    expect(exitCode).toBe(6);
    expect(stdout).toEqual([
      expect.stringMatching(
        /^v-1 \(visit 1, RUNNING\): diverges at entry 2 \(task#0#1\)\. DifferentState: .*"measuring", where "waiting" is stored/,
      ),
    ]);
    const missing = await run('replay', 'v-2', '--machines', 'changed');
    expect(missing.exitCode).toBe(6);
    expect(missing.stdout.join()).toContain("Version '2' of the machine 'visit' is not deployed");
  });

  it('shows the state after an entry', async () => {
    const { exitCode, stdout } = await run('replay', 'v-1', '--at', '1');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('State      registering');
    expect(stdout.join('\n')).toContain('Waits for  task 0 (register), attempt 1, until 2026-');
    expect(jsonOf(await run('replay', 'v-1', '--at', '2', '--json'))).toMatchObject({
      state: 'waiting',
      timers: [{ event: 'xstate.after.60000.visit.waiting' }],
    });
    expect((await run('replay', 'v-1', '--at', '3')).exitCode).toBe(2);
    expect((await run('replay', 'nobody')).exitCode).toBe(3);
  });
});

describe('machines', () => {
  it('lists every version of a folder', async () => {
    const { stdout } = await run('machines', 'check', '--help');
    expect(stdout.join('\n')).toContain('--recordings');
    const list = await millrace(['machines', 'list'], { directory: directory.path });
    expect(list.stdout).toEqual([
      'MACHINE  VERSION  STRUCTURE         FILE',
      expect.stringMatching(/^visit {4}1 {8}[0-9a-f]{16} {2}machines\/visit\.json$/),
      expect.stringMatching(/^visit {4}2 {8}[0-9a-f]{16} {2}machines\/visit-2\.json$/),
    ]);
    const json = jsonOf(await millrace(['machines', 'list', '--json'], { directory: directory.path }));
    expect(json).toMatchObject({ machines: [{ machine: 'visit', version: '1' }, { version: '2' }] });
  });

  it('check replays what is recorded, and finds nothing where nothing has changed', async () => {
    const { exitCode, stdout, stderr } = await run('machines', 'check');
    expect(exitCode).toBe(0);
    expect(stdout).toEqual([
      'MACHINE  VERSION  EQUAL  DIVERGE  NOT DEPLOYED  UNKNOWN',
      'visit    1        1      0        0             0',
      'visit    2        1      0        0             0',
    ]);
    expect(stderr).toEqual(['2 executions were replayed; nothing would break.']);
  });

  it('check names what would break, with exit code 6', async () => {
    const { exitCode, stdout, stderr } = await run('machines', 'check', '--machines', 'changed');
    expect(exitCode).toBe(6);
    expect(stdout.slice(1, 3)).toEqual([
      'visit    1        0      1        0             0',
      'visit    2        0      0        1             0',
    ]);
    expect(stdout.slice(3).sort()).toEqual([
      expect.stringMatching(/^v-1 .*diverges at entry 2/),
      expect.stringMatching(/^v-2 .*is not deployed/),
    ]);
    expect(stderr.join()).toMatch(/2 would break/);
    const json = jsonOf(
      await run('machines', 'check', '--machines', 'changed', '--machine', 'visit', '--json'),
    );
    expect(json).toMatchObject({
      machines: [
        { version: '1', diverging: 1, broken: 1 },
        { version: '2', notDeployed: 1, broken: 1 },
      ],
    });
  });

  it('check replays recordings of a file or a folder, without a table', async () => {
    const recording = (await run('history', 'v-1', '--recording')).stdout;
    expect(recording).toHaveLength(1);
    await directory.write('recordings/visit.ndjson', `${recording.join('\n')}\n\n`);
    const check = (...args: string[]) =>
      millrace(['machines', 'check', ...args], { directory: directory.path });
    expect(await check('--recordings', 'recordings')).toMatchObject({
      exitCode: 0,
      stderr: ['1 execution was replayed; nothing would break.'],
    });
    const broken = await check('--recordings', 'recordings/visit.ndjson', '--machines', 'changed');
    expect(broken.exitCode).toBe(6);
    expect(broken.stdout.join('\n')).toContain('diverges at entry 2');
  });

  it('check says that nudges take effect only where the deployment has them', async () => {
    const nudged =
      "import { createMachine } from 'xstate';\nexport const a = createMachine({ id: 'a', meta: { millrace: { nudge: true } } });";
    await directory.write('nudged/a.ts', nudged);
    await directory.write('recordings/visit.ndjson', '');
    const args = ['machines', 'check', '--machines', 'nudged', '--recordings', 'recordings'];
    const { stderr } = await millrace(args, { directory: directory.path });
    expect(stderr[0]).toBe(
      "Machine 'a', meta.millrace.nudge: nudge takes effect in a deployment with nudge: 'asked' or nudge: true.",
    );
  });

  it.each([
    ['that are not there', 'nowhere', /There are no recordings/],
    ['of a folder without any', 'machines', /no \.ndjson files/],
    ['that are not JSON', 'bad.ndjson', /bad\.ndjson:1 is not JSON/],
    ['that are something else', 'else.ndjson', /else\.ndjson:1 is not a recording/],
  ])('check refuses recordings %s', async (_, path, message) => {
    await directory.write('bad.ndjson', '{');
    await directory.write('else.ndjson', '{"executionId":"x"}');
    const result = await millrace(['machines', 'check', '--recordings', path], { directory: directory.path });
    expect(result.exitCode).toBe(2);
    expect(result.stderr.join()).toMatch(message);
  });
});

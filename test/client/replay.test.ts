import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, createMachine, setup } from 'xstate';
import { isBroken, type ReplayReport, replayRecording } from '../../client/index.ts';
import { worker } from '../../workers/index.ts';
import { claim, mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

/** Two tasks, then a decision; the variants are what someone might deploy after it, under the same version. */
function visit({
  secondWorker = 'weigh',
  isFinalAfterFirst = false,
  hasThird = false,
  threshold = 10,
  hasDecision = true,
  throws = false,
} = {}): AnyStateMachine {
  const actors = {
    register: worker<unknown, number>({ timeout: '1m', retry: { maxAttempts: 2, interval: '5s' } }),
    weigh: worker<unknown, number>({ timeout: '1m' }),
    measure: worker<unknown, number>({ timeout: '1m' }),
  };
  return setup({ types: { context: {} as { sum: number; big: boolean } }, actors }).createMachine({
    id: 'visit',
    version: '1',
    context: { sum: 0, big: false },
    initial: 'registering',
    states: {
      registering: {
        invoke: {
          src: 'register',
          onDone: {
            target: isFinalAfterFirst ? 'left' : 'weighing',
            actions: assign(({ event }) => {
              if (throws) throw new RangeError('no such number');
              return { sum: Number(event.output), big: Number(event.output) > threshold };
            }),
          },
        },
      },
      weighing: {
        invoke: {
          src: secondWorker as 'weigh',
          onDone: hasThird ? 'measuring' : hasDecision ? 'deciding' : 'left',
        },
      },
      measuring: { invoke: { src: 'measure', onDone: 'deciding' } },
      deciding: { on: { LEAVE: 'left' }, after: { 60000: 'left' } },
      left: { type: 'final' },
    },
  });
}

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [claim, mailbox, quote, visit()]);
  await visited('v-running');
  await visited('v-ended');
  await deployment.client.start('visit', { executionId: 'v-weighing' });
  await deployment.orchestrate('v-weighing');
  await deployment.succeed('v-weighing', 0, 12);
  await deployment.client.send('v-ended', { type: 'LEAVE' });
  await deployment.orchestrate('v-ended');
});
afterAll(() => testTable.stop());

async function visited(executionId: string): Promise<void> {
  await deployment.client.start('visit', { executionId });
  await deployment.orchestrate(executionId);
  deployment.now += 1000;
  await deployment.succeed(executionId, 0, 12);
  deployment.now += 1000;
  await deployment.succeed(executionId, 1, 3);
}

describe('a history with its machine', () => {
  it('says from which state each entry led to which, what it changed and what came of it', async () => {
    const { items } = await deployment.client.history('v-ended', { machines: [visit()] });
    expect(items.map(({ kind, transition }) => [kind, transition])).toEqual([
      [
        'start',
        {
          to: 'registering',
          taken: ['visit|xstate.init|0'],
          changes: [{ path: '', after: { sum: 0, big: false } }],
          effects: [{ type: 'taskStarted', task: 0, worker: 'register', attempt: 1 }],
        },
      ],
      [
        'result',
        {
          from: 'registering',
          to: 'weighing',
          taken: ['visit.registering|xstate.done.actor.0.visit.registering|0'],
          changes: [
            { path: 'sum', before: 0, after: 12 },
            { path: 'big', before: false, after: true },
          ],
          effects: [{ type: 'taskStarted', task: 1, worker: 'weigh', attempt: 1 }],
        },
      ],
      [
        'result',
        {
          from: 'weighing',
          to: 'deciding',
          taken: ['visit.weighing|xstate.done.actor.0.visit.weighing|0'],
          changes: [],
          effects: [
            {
              type: 'timerSet',
              event: { type: 'xstate.after.60000.visit.deciding' },
              dueAt: expect.stringMatching(/^2026-03-01T12:01/),
            },
          ],
        },
      ],
      [
        'event',
        {
          from: 'deciding',
          to: 'left',
          taken: ['visit.deciding|LEAVE|0'],
          changes: [],
          effects: [],
          ended: 'SUCCEEDED',
        },
      ],
    ]);
  });

  it('says of a wake which timers, time limits and retries were due', async () => {
    const { client } = deployment;
    await client.start('visit', { executionId: 'v-late' });
    await deployment.orchestrate('v-late');
    deployment.now += 61_000;
    await deployment.wake('v-late');
    deployment.now += 10_000;
    await deployment.wake('v-late');
    const { items } = await client.history('v-late', { machines: [visit()], from: 2 });
    const of = { task: 0, worker: 'register' };
    expect(items.map(({ kind, transition }) => [kind, transition?.effects])).toEqual([
      [
        'wake',
        [
          { type: 'taskTimedOut', ...of, attempt: 1 },
          { type: 'retrySet', ...of, attempt: 2, at: expect.any(String) },
        ],
      ],
      ['wake', [{ type: 'taskStarted', ...of, attempt: 2 }]],
    ]);
    await deployment.client.start(claim, { executionId: 'c-late', input: { amount: 1 } });
    await deployment.orchestrate('c-late');
    await deployment.succeed('c-late', 0, 'Ada');
    deployment.now += 3_600_001;
    await deployment.wake('c-late');
    const last = (await client.history('c-late', { machines: [claim] })).items.at(-1);
    expect(last?.transition).toEqual({
      from: 'deciding',
      to: 'refused',
      taken: ['claim.deciding|xstate.after.3600000.claim.deciding|0'],
      changes: [],
      effects: [{ type: 'timerDue', event: { type: 'xstate.after.3600000.claim.deciding' } }],
      ended: 'SUCCEEDED',
    });
  });

  it('is the same in pages as in one', async () => {
    const { client } = deployment;
    const machines = [visit()];
    const all = (await client.history('v-ended', { machines })).items;
    const first = await client.history('v-ended', { machines, limit: 2 });
    const { cursor } = first;
    const rest = await client.history('v-ended', { machines, ...(cursor !== undefined && { cursor }) });
    expect([...first.items, ...rest.items]).toEqual(all);
    expect((await client.history('v-ended', { machines, from: 3 })).items).toEqual(all.slice(2));
  });

  it('goes on without states, and says why, where the machine is another or is not there', async () => {
    const { client } = deployment;
    const changed = (await client.history('v-ended', { machines: [visit({ hasThird: true })] })).items;
    expect(changed.map((entry) => [entry.transition !== undefined, entry.notReplayed?.code])).toEqual([
      [true, undefined],
      [true, undefined],
      [true, undefined],
      // The event LEAVE is not taken in `measuring`, which is not a difference in what the log says.
      [true, undefined],
    ]);
    const none = (await client.history('v-ended', { machines: [mailbox] })).items;
    expect(none.map((entry) => [entry.transition, entry.notReplayed?.code])).toEqual([
      [undefined, 'MachineNotDeployed'],
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe('the state after an entry', () => {
  it('is built from journal and log', async () => {
    const { client } = deployment;
    expect(await client.stateAt('v-ended', 2, [visit()])).toEqual({
      executionId: 'v-ended',
      machine: 'visit',
      machineVersion: '1',
      status: 'RUNNING',
      state: 'weighing',
      context: { sum: 12, big: true },
      tasks: [{ task: 1, worker: 'weigh', attempt: 1, deadline: expect.any(String) }],
      children: [],
      heldEvents: [],
      timers: [],
      startedAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await client.stateAt('v-ended', 3, [visit()])).timers).toHaveLength(1);
  });

  it('is refused where there is no such entry, or the machine is another', async () => {
    const { client } = deployment;
    await expect(client.stateAt('v-ended', 5, [visit()])).rejects.toMatchObject({
      code: 'HistoryEntryNotFound',
      message: expect.stringContaining('has 4 entries'),
    });
    await expect(client.stateAt('v-ended', 2, [mailbox])).rejects.toMatchObject({ code: 'ReplayDiverged' });
    await expect(client.stateAt('nobody', 1, [])).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });
});

describe('a replay', () => {
  it.each(['v-running', 'v-ended'])('of %s by the same definition is equal, byte for byte', async (id) => {
    expect(await deployment.client.replay(id, [visit()])).toMatchObject({ outcome: 'equal' });
  });

  it.each([
    [
      'a worker that was renamed',
      'v-weighing',
      visit({ secondWorker: 'measure' }),
      { code: 'DifferentState', message: expect.stringContaining('"measure", where "weigh" is stored') },
    ],
    [
      'a state that now ends the machine',
      'v-running',
      visit({ isFinalAfterFirst: true }),
      { number: 2, reference: 'task#0#1', code: 'EndsEarlier' },
    ],
    [
      'a step that was put in',
      'v-running',
      visit({ hasThird: true }),
      { code: 'DifferentState', message: expect.stringContaining('"measuring"') },
    ],
    [
      'a step that was put in before the end',
      'v-ended',
      visit({ hasThird: true }),
      { number: 4, code: 'EndsLater', message: expect.stringContaining('SUCCEEDED is stored') },
    ],
    [
      'an end before the last event',
      'v-ended',
      visit({ hasDecision: false }),
      { number: 3, code: 'EndsEarlier', message: expect.stringContaining('SUCCEEDED') },
    ],
    [
      'code that throws',
      'v-running',
      visit({ throws: true }),
      { number: 2, code: 'EndsEarlier', message: expect.stringContaining('no such number') },
    ],
    [
      'code that decides otherwise',
      'v-running',
      visit({ threshold: 20 }),
      { code: 'DifferentState', message: expect.stringContaining('context.big is false') },
    ],
  ])('says where %s leads elsewhere', async (what, id, machine, divergence) => {
    const report = await deployment.client.replay(id, [machine]);
    expect(report).toMatchObject({ outcome: 'diverges', divergence });
    expect(isBroken(report)).toBe(true);
    expect(report.isStructureChanged === true).toBe(!what.startsWith('code'));
  });

  it("names the entry whose result another of the machine's workers wrote, where two were exchanged", async () => {
    const recording = await deployment.client.record('v-running');
    const journal = recording.journal.map((entry) =>
      entry.reference === 'task#1#1' ? { ...entry, worker: 'weigh' } : entry,
    );
    const exchanged = visit({ secondWorker: 'measure', threshold: 20 });
    expect(replayRecording({ ...recording, journal }, [exchanged])).toMatchObject({
      outcome: 'diverges',
      divergence: { number: 3, message: expect.stringContaining("written by 'weigh'") },
    });
  });

  it('of a recording, without its table, comes to the same', async () => {
    const recording = JSON.parse(JSON.stringify(await deployment.client.record('v-ended')));
    expect(replayRecording(recording, [visit()])).toMatchObject({ outcome: 'equal', entries: 4 });
    expect(replayRecording(recording, [visit({ hasDecision: false })])).toMatchObject({
      outcome: 'diverges',
      divergence: { number: 3 },
    });
  });

  it('says what it cannot show: no version, an item that has expired, nothing applied yet', async () => {
    const { client } = deployment;
    const missing = await client.replay('v-running', [createMachine({ id: 'visit', version: '2' })]);
    expect(missing).toMatchObject({ outcome: 'notDeployed', divergence: { code: 'MachineNotDeployed' } });
    expect(missing.divergence?.message).toContain("Version '1' of the machine 'visit' is not deployed");
    expect(isBroken(missing)).toBe(true);
    const ended = await client.replay('v-ended', []);
    expect(ended.outcome).toBe('notDeployed');
    expect(isBroken(ended)).toBe(false);
    const recording = await client.record('v-ended');
    const journal = recording.journal.filter(({ reference }) => reference !== 'task#0#1');
    const incomplete = replayRecording({ ...recording, journal }, [visit()]);
    expect(incomplete).toMatchObject({ outcome: 'incomplete', entries: 1 });
    await client.start('visit', { executionId: 'v-pending' });
    expect(await client.replay('v-pending', [visit()])).toMatchObject({ outcome: 'notStarted' });
  });

  it('says that a changed structure could not take up a state that is stored by position', async () => {
    const beside = (on: object, states: object = {}) =>
      createMachine({
        id: 'beside',
        type: 'parallel',
        states: { a: { on: { GO: {}, ...on } }, b: { initial: 'x', states: { x: {}, ...states } } },
      });
    const own = new TestDeployment(testTable, [beside({})]);
    await own.client.start('beside', { executionId: 'b-1' });
    await own.orchestrate('b-1');
    expect(await own.client.replay('b-1', [beside({})])).toMatchObject({ outcome: 'equal' });
    expect(await own.client.replay('b-1', [beside({ STOP: {} })])).toMatchObject({
      outcome: 'equal',
      isStructureChanged: true,
    });
    const changed = beside({}, { y: {} });
    expect(await own.client.replay('b-1', [changed])).toMatchObject({
      outcome: 'diverges',
      isStructureChanged: true,
      divergence: { code: 'DefinitionMismatch' },
    });
  });
});

describe('a check of machines', () => {
  it('replays what is recorded, those that run first, several versions side by side', async () => {
    const second = createMachine({ id: 'visit', version: '2' });
    const reports: ReplayReport[] = [];
    for await (const report of deployment.client.checkMachines({ machines: [visit(), second, claim] })) {
      reports.push(report);
    }
    expect(reports.filter(isBroken)).toEqual([]);
    const ids = reports.map(({ executionId }) => executionId);
    expect(ids).toEqual(expect.arrayContaining(['v-running', 'v-ended', 'v-late', 'c-late']));
    expect(reports.find(({ executionId }) => executionId === 'v-running')?.machineVersion).toBe('1');
  });

  it('names what would break, of one machine, up to a limit', async () => {
    const reports: ReplayReport[] = [];
    const options = { machines: [visit({ hasDecision: false }), claim], machine: 'visit', limit: 1 };
    for await (const report of deployment.client.checkMachines(options)) reports.push(report);
    expect(reports.every(({ machine }) => machine === 'visit')).toBe(true);
    expect(reports.length).toBeLessThanOrEqual(7);
    expect(reports.filter(isBroken).map(({ executionId }) => executionId)).toContain('v-ended');
  });
});

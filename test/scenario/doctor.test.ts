import { describe, expect, it } from 'vitest';
import { assign, sendTo, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import type { DoctorOptions } from '../../client/doctor/options.ts';
import type { TreatedFinding } from '../../client/doctor/treatment.ts';
import type { CatchUpEvent, CatchUpResult } from '../../orchestrator/handlers/recover.ts';
import { type DeliveryFaults, SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { expectSound } from '../support/soundness.ts';

const counter = setup({
  types: { context: {} as { seen: number }, events: {} as { type: 'COUNT' } | { type: 'END' } },
}).createMachine({
  id: 'counter',
  context: { seen: 0 },
  on: { COUNT: { actions: assign({ seen: ({ context }) => context.seen + 1 }) } },
  initial: 'counting',
  states: { counting: { on: { END: 'ended' } }, ended: { type: 'final' } },
});

const letter = setup({
  actors: { print: worker<undefined, string>({ timeout: '1m', retry: { maxAttempts: 2, interval: '1s' } }) },
}).createMachine({
  id: 'letter',
  initial: 'printing',
  states: { printing: { invoke: { src: 'print', onDone: 'printed' } }, printed: { type: 'final' } },
});

const reminder = setup({}).createMachine({
  id: 'reminder',
  initial: 'sleeping',
  states: { sleeping: { after: { 3600000: 'rung' } }, rung: { type: 'final' } },
});

const parent = setup({
  types: { events: {} as { type: 'NUDGE' } | { type: 'LEAVE' } },
  actors: { counter },
}).createMachine({
  id: 'parent',
  initial: 'open',
  states: {
    open: {
      invoke: { src: 'counter', id: 'c', onDone: 'done' },
      on: { NUDGE: { actions: sendTo('c', { type: 'END' }) }, LEAVE: 'left' },
    },
    done: { type: 'final' },
    left: { type: 'final' },
  },
});

const machines = [counter, letter, reminder, parent];
const workers = { print: () => 'paper' };
const hourMs = 3_600_000;

/** From now on the stream brings nothing; answers what lets it bring again what is written from then on. */
function loseRecords(cloud: SimulatedCloud): () => void {
  const deliver = cloud.table.onInsert;
  cloud.table.onInsert = () => {};
  return () => {
    cloud.table.onInsert = deliver;
  };
}

interface Rounds {
  readonly client: MillraceClient;
  readonly calls: CatchUpEvent[];
  /** All that one run of the doctor finds, by execution. */
  round(options?: DoctorOptions): Promise<TreatedFinding[]>;
}

let runs = 0;

function doctorOf(
  cloud: SimulatedCloud,
  catchUp: (event: CatchUpEvent) => Promise<CatchUpResult> = (event) => cloud.recover(event),
): Rounds {
  const calls: CatchUpEvent[] = [];
  const client = new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => `run-${++runs}`,
    sleep: (ms) => cloud.advance(ms),
    retentionDays: 90,
    catchUp: (event) => {
      calls.push(event);
      return catchUp(event);
    },
  });
  const round = async (options: DoctorOptions = {}) => {
    const found: TreatedFinding[] = [];
    for await (const finding of client.doctor(options)) found.push(finding);
    return found.sort((a, b) => (a.executionId < b.executionId ? -1 : 1));
  };
  return { client, calls, round };
}

const told = (findings: readonly TreatedFinding[]) =>
  findings.map(({ executionId, kind, outcome }) => `${executionId} ${kind} ${outcome}`);

describe('the doctor', () => {
  it('finds nothing where all is well, and calls nobody', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('counter', 'a');
    await cloud.start('letter', 'b');
    await cloud.start('reminder', 'c');
    await cloud.start('parent', 'd');
    await cloud.control('a', 'suspend');
    await cloud.advance(120_000);
    await cloud.send('a', 'COUNT');
    await cloud.start('nobody', 'e');
    await cloud.advance(120_000);
    const { round, calls } = doctorOf(cloud);
    expect(await round()).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('starts what never began, with the events that came meanwhile', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    const find = loseRecords(cloud);
    await cloud.start('counter', 'a');
    await cloud.send('a', 'COUNT');
    await cloud.start('letter', 'b');
    find();
    const { round } = doctorOf(cloud);
    expect(told(await round())).toEqual(['a notStarted mended', 'b notStarted mended']);
    await cloud.advance(1000);
    expect((await cloud.execution('a')).state).toBe('counting');
    expect((await cloud.execution('b')).status).toBe('SUCCEEDED');
    expect(await round()).toEqual([]);
    await expectSound(cloud, machines);
  });

  it('mends however many there are, a few with each call', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    const find = loseRecords(cloud);
    for (let i = 0; i < 90; i++) await cloud.start('counter', `a-${i}`);
    find();
    const { round, calls } = doctorOf(cloud);
    const findings = await round({ segments: 1 });
    expect(findings).toHaveLength(90);
    expect(findings.every(({ outcome }) => outcome === 'mended')).toBe(true);
    expect(Math.max(...calls.map(({ executionIds }) => executionIds.length))).toBeLessThanOrEqual(25);
  });

  it('applies what lies in a journal, and fires what is due', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('counter', 'a');
    await cloud.start('letter', 'b');
    await cloud.start('reminder', 'c');
    await cloud.advance(1);
    const find = loseRecords(cloud);
    cloud.clockIsStopped = true;
    await cloud.send('a', 'END');
    await cloud.advance(2 * hourMs);
    find();
    const { round } = doctorOf(cloud);
    const [a, ...others] = await round();
    expect(a).toMatchObject({ kind: 'unapplied', references: ['event#END'], outcome: 'mended' });
    expect(told(others)).toEqual(['b unapplied mended', 'b overdue mended', 'c overdue mended']);
    for (const id of ['a', 'b', 'c']) expect((await cloud.execution(id)).status, id).toBe('SUCCEEDED');
    expect(await round()).toEqual([]);
    await expectSound(cloud, machines);
  });

  it('says what is wrong, and mends nothing, in a dry run', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    loseRecords(cloud);
    await cloud.start('counter', 'a');
    const { round, calls } = doctorOf(cloud);
    expect(await round({ isDryRun: true })).toEqual([
      {
        executionId: 'a',
        kind: 'notStarted',
        detail: "Its start of 'counter' was never applied.",
        references: ['start'],
        outcome: 'found',
      },
    ]);
    expect(calls).toEqual([]);
    expect(cloud.table.executions()).toEqual([]);
  });

  it('takes what has come just now for what is under way', async () => {
    const cloud = new SimulatedCloud(machines, workers, { seed: 1, maximumDelayMs: 2000 });
    await cloud.start('counter', 'a');
    await cloud.advance(5000);
    await cloud.start('letter', 'b');
    await cloud.send('a', 'COUNT');
    const { round } = doctorOf(cloud);
    expect(await round()).toEqual([]);
    expect((await cloud.execution('b')).status).toBe('SUCCEEDED');
  });

  it('applies the words of operators that a waiting or suspended execution was not brought', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('counter', 'a');
    await cloud.start('nobody', 'b');
    await cloud.control('a', 'suspend');
    await cloud.advance(20 * 60_000);
    loseRecords(cloud);
    await cloud.control('a', 'resume');
    await cloud.control('b', 'stop');
    await cloud.advance(hourMs);
    expect(told(await doctorOf(cloud).round())).toEqual(['a unapplied mended', 'b unapplied mended']);
    expect((await cloud.execution('a')).status).toBe('RUNNING');
    expect((await cloud.execution('b')).status).toBe('ABORTED');
  });

  it('finds what waits and does not look any more for what it waits for', async () => {
    const cloud = new SimulatedCloud([], workers);
    await cloud.start('counter', 'a');
    await cloud.advance(100);
    cloud.clockIsStopped = true;
    await cloud.advance(hourMs / 12);
    cloud.deploy(machines);
    expect(told(await doctorOf(cloud).round())).toEqual(['a stuckWaiting mended']);
    expect(await cloud.execution('a')).toMatchObject({ status: 'RUNNING', state: 'counting' });
  });

  it('finds tasks that are put off again and again', async () => {
    const cloud = new SimulatedCloud(machines, workers, { seed: 1, throttleInvoke: 1 });
    await cloud.start('letter', 'a');
    await cloud.advance(60_000);
    const [finding] = await doctorOf(cloud).round();
    expect(finding).toMatchObject({ kind: 'undeliverable', references: ['task#0#1'], outcome: 'remains' });
  });

  it('delivers what an execution has still to tell others', async () => {
    const many = setup({ actors: { counter } }).createMachine({
      id: 'many',
      type: 'parallel',
      states: Object.fromEntries(
        Array.from({ length: 120 }, (_, i) => [`s${i}`, { invoke: { src: 'counter', id: `c${i}` } }]),
      ),
    });
    const cloud = new SimulatedCloud([...machines, many], workers, { seed: 1, crashAfterCommit: 1 });
    cloud.clockIsStopped = true;
    const find = loseRecords(cloud);
    await cloud.start('many', 'm');
    await cloud.catchUp('m', 'wake#1').catch(() => {});
    expect((await cloud.execution('m')).outbox?.length).toBeGreaterThan(0);
    find();
    await cloud.advance(hourMs);
    const healthy = new SimulatedCloud([...machines, many], workers);
    healthy.now = cloud.now;
    for (const [key, item] of cloud.table.items) healthy.table.items.set(key, item);
    healthy.clockIsStopped = true;
    const findings = await doctorOf(healthy).round({ segments: 1 });
    expect(told(findings).filter((each) => each.startsWith('m '))).toEqual(['m undelivered mended']);
    expect((await healthy.execution('m')).outbox).toBeUndefined();
  });
});

describe('the doctor, of executions and their children', () => {
  async function family() {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('parent', 'p');
    await cloud.advance(1000);
    return cloud;
  }

  it('brings what one has told the other, and no child goes on alone', async () => {
    const cloud = await family();
    const find = loseRecords(cloud);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(hourMs);
    const { round } = doctorOf(cloud);
    expect(told(await round())).toEqual(['p unapplied mended']);
    await cloud.advance(hourMs);
    expect(told(await round())).toEqual(['p.0 unapplied mended']);
    find();
    expect((await cloud.execution('p.0')).status).toBe('ABORTED');
    expect(await round()).toEqual([]);
  });

  it('names a child whose parent is gone, and stops it where that is asked for', async () => {
    const cloud = await family();
    for (const key of cloud.table.items.keys()) if (key.startsWith('p\n')) cloud.table.items.delete(key);
    const { round } = doctorOf(cloud);
    const [orphan] = await round();
    expect(orphan).toMatchObject({ executionId: 'p.0', kind: 'orphaned', outcome: 'remains' });
    expect(orphan?.detail).toContain("Its parent 'p' is gone.");
    expect((await cloud.execution('p.0')).status).toBe('RUNNING');
    expect(told(await round({ stopsOrphans: true }))).toEqual(['p.0 orphaned mended']);
    expect(await cloud.execution('p.0')).toMatchObject({
      status: 'ABORTED',
      error: { message: expect.stringContaining('doctor') },
    });
    await cloud.advance(1000);
    expect(await round()).toEqual([]);
  });

  it('names one that waits for a child that is not there', async () => {
    const cloud = await family();
    for (const key of cloud.table.items.keys()) if (key.startsWith('p.0\n')) cloud.table.items.delete(key);
    const [finding] = await doctorOf(cloud).round();
    expect(finding).toMatchObject({ executionId: 'p', kind: 'childLost', outcome: 'remains' });
  });

  it('names one that waits for a child whose result is gone', async () => {
    const cloud = await family();
    const find = loseRecords(cloud);
    await cloud.send('p.0', 'END');
    await cloud.catchUp('p.0', 'wake#1');
    cloud.table.items.delete('p\nmessage#p.0#1');
    find();
    await cloud.advance(hourMs);
    const [finding] = await doctorOf(cloud).round();
    expect(finding?.detail).toContain("Its child 'p.0' has ended (SUCCEEDED) and never said so.");
  });
});

describe('the doctor, of what it cannot mend', () => {
  it('names the parts of a log that are gone before their time, and those of others', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('counter', 'a');
    for (let i = 0; i < 60; i++) {
      await cloud.send('a', 'COUNT', `a-longer-name-for-a-count-${i}`);
      await cloud.advance(60_000);
    }
    cloud.table.items.delete('a\nlog#1');
    const { round } = doctorOf(cloud);
    const [finding] = await round();
    expect(finding).toMatchObject({ kind: 'logIncomplete', outcome: 'remains' });
    expect(finding?.detail).toContain('log#1 is gone.');
    expect((await cloud.execution('a')).status).toBe('RUNNING');
    // It would have expired by now.
    await cloud.advance(91 * 24 * hourMs);
    expect(await round()).toEqual([]);
  });

  it('names an execution item that nobody can read', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('parent', 'p');
    await cloud.advance(1000);
    await cloud.send('p.0', 'END');
    await cloud.advance(1000);
    const item = cloud.table.items.get('p\nexecution') ?? {};
    cloud.table.items.set('p\nexecution', { ...item, log: { S: 'nonsense' } });
    expect(told(await doctorOf(cloud).round())).toEqual(['p unreadable remains']);
  });

  it('says of executions that the recovery function failed with why they remain, and mends the others', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    loseRecords(cloud);
    await cloud.start('counter', 'a');
    await cloud.start('counter', 'b');
    const { round } = doctorOf(cloud, async ({ executionIds, ...event }) => {
      await cloud.recover({ ...event, executionIds: executionIds.filter((id) => id !== 'a') });
      return { failed: [{ executionId: 'a', error: 'throttled' }] };
    });
    expect(await round()).toMatchObject([
      { executionId: 'a', outcome: 'remains', error: 'throttled' },
      { executionId: 'b', outcome: 'mended' },
    ]);
  });
});

describe('after an outage that was longer than the stream keeps records', () => {
  const sequence = sequential(5);

  async function outage(faults: DeliveryFaults = { seed: 1 }) {
    const cloud = new SimulatedCloud([...machines, sequence], { ...workers, ...addWorker }, faults);
    for (let i = 0; i < 10; i++) {
      await cloud.start('sequential', `under-way-${i}`, { M: { from: { N: '1' } } });
      await cloud.start('parent', `parent-${i}`);
      await cloud.start('reminder', `reminder-${i}`);
      await cloud.advance(i % 3);
    }
    const end = loseRecords(cloud);
    cloud.clockIsStopped = true;
    // Records that were in flight are lost as well; workers that run insert their results.
    await cloud.advance(1000);
    for (let i = 0; i < 10; i++) {
      await cloud.start('sequential', `new-${i}`, { M: { from: { N: '1' } } });
      await cloud.send(`parent-${i}`, i % 2 === 0 ? 'NUDGE' : 'LEAVE');
    }
    await cloud.advance(30 * hourMs);
    return {
      cloud,
      end: () => {
        end();
        cloud.clockIsStopped = false;
      },
    };
  }

  it('everything ends as it would have, none twice', async () => {
    const { cloud, end } = await outage();
    end();
    const { round } = doctorOf(cloud);
    const findings = await round({ pageSize: 7, segments: 3 });
    expect(findings.every(({ outcome }) => outcome === 'mended')).toBe(true);
    expect(new Set(findings.map(({ kind }) => kind))).toContain('notStarted');
    await cloud.advance(2 * hourMs);
    for (const { executionId, status } of cloud.table.executions()) {
      const isLeft = /^parent-[13579]\.0$/.test(executionId);
      expect(status, executionId).toBe(isLeft ? 'ABORTED' : 'SUCCEEDED');
    }
    expect(cloud.table.executions()).toHaveLength(50);
    expect(await round()).toEqual([]);
    await expectSound(cloud, [...machines, sequence]);
  });

  it('two doctors at once, and the clock and stream beside them, do no harm', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const faults = {
        seed,
        duplicate: 0.2,
        maximumDelayMs: 1500,
        crashAfterCommit: 0.03,
        throttleCommit: 0.03,
      };
      const { cloud, end } = await outage(faults);
      end();
      const [one, two] = [doctorOf(cloud), doctorOf(cloud)];
      await Promise.all([one.round({ pageSize: 5 }), two.round({ pageSize: 11 })]);
      await cloud.advance(hourMs);
      await one.round();
      await cloud.advance(20 * hourMs);
      expect(await two.round()).toEqual([]);
      for (const { executionId, status } of cloud.table.executions()) {
        const isLeft = /^parent-[13579]\.0$/.test(executionId);
        expect(status, `seed ${seed}: ${executionId}`).toBe(isLeft ? 'ABORTED' : 'SUCCEEDED');
      }
      await expectSound(cloud, [...machines, sequence]);
    }
  });
});

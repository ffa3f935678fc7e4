import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { doctorOf, hourMs, machines, told, workers } from '../support/doctorRounds.ts';
import { counter, loseRecords } from '../support/lostRecords.ts';
import { expectSound } from '../support/soundness.ts';

describe('the doctor', () => {
  it('finds nothing where all is well, and calls no one', async () => {
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
    expect(told(await round())).toEqual(['a notStarted fixed', 'b notStarted fixed']);
    await cloud.advance(1000);
    expect((await cloud.execution('a')).state).toBe('counting');
    expect((await cloud.execution('b')).status).toBe('SUCCEEDED');
    expect(await round()).toEqual([]);
    await expectSound(cloud, machines);
  });

  it('repairs however many there are, a few with each call', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    const find = loseRecords(cloud);
    for (let i = 0; i < 90; i++) await cloud.start('counter', `a-${i}`);
    find();
    const { round, calls } = doctorOf(cloud);
    const findings = await round({ segments: 1 });
    expect(findings).toHaveLength(90);
    expect(findings.every(({ outcome }) => outcome === 'fixed')).toBe(true);
    expect(Math.max(...calls.map(({ executionIds }) => executionIds.length))).toBeLessThanOrEqual(25);
  });

  it('applies what lies in a journal, and fires what is due', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('counter', 'a');
    await cloud.start('letter', 'b');
    await cloud.start('reminder', 'c');
    await cloud.advance(1);
    const find = loseRecords(cloud);
    cloud.clock.isStopped = true;
    await cloud.send('a', 'END');
    await cloud.advance(2 * hourMs);
    find();
    const { round } = doctorOf(cloud);
    const [a, ...others] = await round();
    expect(a).toMatchObject({ kind: 'unapplied', references: ['event#END'], outcome: 'fixed' });
    expect(told(others)).toEqual(['b unapplied fixed', 'b overdue fixed', 'c overdue fixed']);
    for (const id of ['a', 'b', 'c']) expect((await cloud.execution(id)).status, id).toBe('SUCCEEDED');
    expect(await round()).toEqual([]);
    await expectSound(cloud, machines);
  });

  it('says what is wrong, and repairs nothing, in a dry run', async () => {
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
    expect(cloud.table.allExecutions()).toEqual([]);
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
    expect(told(await doctorOf(cloud).round())).toEqual(['a unapplied fixed', 'b unapplied fixed']);
    expect((await cloud.execution('a')).status).toBe('RUNNING');
    expect((await cloud.execution('b')).status).toBe('ABORTED');
  });

  it('finds what waits and does not look any more for what it waits for', async () => {
    const cloud = new SimulatedCloud([], workers);
    await cloud.start('counter', 'a');
    await cloud.advance(100);
    cloud.clock.isStopped = true;
    await cloud.advance(hourMs / 12);
    cloud.deploy(machines);
    expect(told(await doctorOf(cloud).round())).toEqual(['a stuckWaiting fixed']);
    expect(await cloud.execution('a')).toMatchObject({ status: 'RUNNING', state: 'counting' });
  });

  it('finds tasks that are put off again and again', async () => {
    const cloud = new SimulatedCloud(machines, workers, { seed: 1, throttleInvoke: 1 });
    await cloud.start('letter', 'a');
    await cloud.advance(60_000);
    const [finding] = await doctorOf(cloud).round();
    expect(finding).toMatchObject({ kind: 'undeliverable', references: ['task#0#1'], outcome: 'remains' });
  });

  it('delivers what an execution has still to send', async () => {
    const many = setup({ actors: { counter } }).createMachine({
      id: 'many',
      type: 'parallel',
      states: Object.fromEntries(
        Array.from({ length: 120 }, (_, i) => [`s${i}`, { invoke: { src: 'counter', id: `c${i}` } }]),
      ),
    });
    const cloud = new SimulatedCloud([...machines, many], workers, { seed: 1, crashAfterCommit: 1 });
    cloud.clock.isStopped = true;
    const find = loseRecords(cloud);
    await cloud.start('many', 'm');
    await cloud.catchUp('m', 'wake#1').catch(() => {});
    expect((await cloud.execution('m')).outbox?.length).toBeGreaterThan(0);
    find();
    await cloud.advance(hourMs);
    const healthy = new SimulatedCloud([...machines, many], workers);
    healthy.now = cloud.now;
    for (const [key, item] of cloud.table.items) healthy.table.items.set(key, item);
    healthy.clock.isStopped = true;
    const findings = await doctorOf(healthy).round({ segments: 1 });
    expect(told(findings).filter((each) => each.startsWith('m '))).toEqual(['m undelivered fixed']);
    expect((await healthy.execution('m')).outbox).toBeUndefined();
  });
});

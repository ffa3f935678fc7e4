import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { counter, letter, loseRecords } from '../support/lostRecords.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { expectSound } from '../support/soundness.ts';

describe('the catch-up of an execution', () => {
  it('begins one whose start was never delivered, with the events that came meanwhile', async () => {
    const cloud = new SimulatedCloud([counter], {});
    loseRecords(cloud);
    await cloud.start('counter', 'e');
    await cloud.send('e', 'COUNT', 'a');
    await cloud.send('e', 'COUNT', 'b');
    await cloud.catchUp('e', 'wake#1');
    const { status, snapshot = '' } = await cloud.execution('e');
    expect(status).toBe('RUNNING');
    expect(JSON.parse(snapshot).context).toEqual({ seen: 2 });
    await expectSound(cloud, [counter]);
  });

  it('applies results that were never delivered, before it fires the deadlines that have passed', async () => {
    const cloud = new SimulatedCloud([letter], { print: () => 'paper' });
    await cloud.start('letter', 'e');
    await cloud.advance(1);
    loseRecords(cloud);
    cloud.clock.isStopped = true;
    await cloud.advance(48 * 3_600_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'RUNNING', state: 'printing' });
    await cloud.catchUp('e', 'wake#1');
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'printed' });
    expect(cloud.invocations).toHaveLength(1);
    await expectSound(cloud, [letter]);
  });

  it('fires what is due though the clock stands still', async () => {
    const cloud = new SimulatedCloud([letter], { print: () => 'paper' }, { seed: 1, loseInvoke: 1 });
    await cloud.start('letter', 'e');
    await cloud.advance(1);
    cloud.clock.isStopped = true;
    await cloud.advance(3_600_000);
    await cloud.catchUp('e', 'wake#1');
    const [task] = (await cloud.execution('e')).tasks;
    expect(task).toMatchObject({ attempt: 2 });
  });

  it('asks for signs of life before it gives up a worker', async () => {
    const carving = setup({
      actors: {
        carve: worker<undefined, string>({ timeout: '1h', heartbeat: '10s', retry: { maxAttempts: 2 } }),
      },
    }).createMachine({
      id: 'carving',
      initial: 'at-work',
      states: { 'at-work': { invoke: { src: 'carve', onDone: 'done' } }, done: { type: 'final' } },
    });
    const cloud = new SimulatedCloud([carving], { carve: () => 'bowl' }, { seed: 1, loseInvoke: 1 });
    await cloud.start('carving', 'e');
    await cloud.advance(1000);
    cloud.clock.isStopped = true;
    const attempt = async () => (await cloud.execution('e')).tasks[0]?.attempt;
    for (let i = 0; i < 5; i++) {
      await cloud.table.attempts.writeBeat({ executionId: 'e', task: 0, attempt: 1, at: 'any' });
      await cloud.advance(11_000);
      await cloud.catchUp('e', `wake#${i}`);
      expect(await attempt()).toBe(1);
    }
    await cloud.advance(60_000);
    await cloud.catchUp('e', 'wake#late');
    expect(await attempt()).toBe(2);
  });

  it('changes nothing where nothing is left to be done, not even the version', async () => {
    const cloud = new SimulatedCloud([counter], {});
    await cloud.start('counter', 'e');
    await cloud.send('e', 'COUNT');
    await cloud.advance(1000);
    const before = await cloud.execution('e');
    await cloud.catchUp('e', 'wake#1');
    expect(await cloud.execution('e')).toEqual(before);
    cloud.deploy([]);
    await cloud.catchUp('e', 'wake#2');
    expect(await cloud.execution('e')).toEqual(before);
    await cloud.catchUp('nobody', 'wake#1');
    expect(cloud.table.allExecutions()).toHaveLength(1);
  });

  it('takes what came after the end into the log, as ignored', async () => {
    const cloud = new SimulatedCloud([counter], {});
    await cloud.start('counter', 'e');
    await cloud.send('e', 'END');
    await cloud.advance(1000);
    loseRecords(cloud);
    await cloud.send('e', 'COUNT');
    await cloud.catchUp('e', 'wake#1');
    expect((await cloud.execution('e')).log).toMatch(/;eCOUNT~\w+!Ended$/);
  });

  it('applies controls that were never delivered to one that is suspended', async () => {
    const cloud = new SimulatedCloud([counter], {});
    await cloud.start('counter', 'e');
    await cloud.control('e', 'suspend');
    await cloud.advance(1000);
    loseRecords(cloud);
    await cloud.send('e', 'COUNT');
    await cloud.catchUp('e', 'wake#1');
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUSPENDED' });
    await cloud.control('e', 'resume');
    await cloud.catchUp('e', 'wake#2');
    await cloud.advance(5000);
    expect(JSON.parse((await cloud.execution('e')).snapshot ?? '').context).toEqual({ seen: 1 });
    await expectSound(cloud, [counter]);
  });

  it('applies a thousand items in commits of a bounded size', async () => {
    const cloud = new SimulatedCloud([counter], {});
    loseRecords(cloud);
    await cloud.start('counter', 'e');
    for (let i = 0; i < 1000; i++) await cloud.send('e', 'COUNT', `count-${i}`);
    await cloud.catchUp('e', 'wake#1');
    const { snapshot = '', log } = await cloud.execution('e');
    expect(JSON.parse(snapshot).context).toEqual({ seen: 1000 });
    expect(cloud.table.commits).toBe(6);
    expect(log.length).toBeLessThan(5000);
    await expectSound(cloud, [counter]);
  });

  it('runs beside deliveries that are late and doubled, and beside dying orchestrators, without harm', async () => {
    const machines = [sequential(20)];
    for (let seed = 1; seed <= 25; seed++) {
      const faults: DeliveryFaults = {
        seed,
        duplicate: 0.3,
        maximumDelayMs: 1500,
        crashAfterCommit: 0.05,
        throttleCommit: 0.05,
      };
      const cloud = new SimulatedCloud(machines, addWorker, faults);
      await cloud.start('sequential', 'e', { M: { from: { N: '1' } } });
      for (let i = 0; i < 40; i++) {
        await cloud.advance(997);
        await cloud.catchUp('e', `wake#${i}`).catch(() => {});
      }
      await cloud.advance(1_200_000);
      expect(await cloud.execution('e'), `seed ${seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { sum: 21 },
      });
      await expectSound(cloud, machines);
    }
  });
});

describe('a catch-up and the delivery that it has overtaken', () => {
  it('do not dispatch the same task twice, though each is another instance', async () => {
    const rig = new OrchestratorRig([letter]);
    rig.start('letter', 'e');
    await rig.newInstance().catchUp('e', 'wake#1');
    expect(rig.dispatched).toHaveLength(1);
    await rig.deliver(rig.newInstance(), 'e');
    expect(rig.dispatched).toHaveLength(1);
  });

  it('dispatches again what a failed delivery, or the same catch-up before, may have left undispatched', async () => {
    const rig = new OrchestratorRig([letter]);
    rig.start('letter', 'e');
    const [record] = rig.takeRecords('e');
    await rig.newInstance().applyRecords('e', record ? [record] : []);
    expect(rig.dispatched).toHaveLength(1);
    await rig.newInstance().catchUp('e', 'wake#1');
    expect(rig.dispatched).toHaveLength(1);
    await rig.newInstance().catchUp('e', 'wake#1', ['start']);
    expect(rig.dispatched).toHaveLength(2);

    rig.start('letter', 'f');
    await rig.newInstance().catchUp('f', 'wake#2');
    await rig.newInstance().catchUp('f', 'wake#2');
    expect(rig.dispatched).toHaveLength(4);
  });
});

describe('an execution whose log is not whole any more', () => {
  it('is given nothing twice by a catch-up', async () => {
    const cloud = new SimulatedCloud([counter], {});
    await cloud.start('counter', 'e');
    for (let i = 0; i < 100; i++) {
      await cloud.send('e', 'COUNT', `a-longer-name-for-a-count-${i}`);
      await cloud.advance(120_000);
    }
    const { logSegments } = await cloud.execution('e');
    expect(logSegments).toBeGreaterThan(3);
    cloud.table.items.delete('e\nlog#1');
    loseRecords(cloud);
    await cloud.send('e', 'COUNT', 'lost');
    await cloud.catchUp('e', 'wake#1');
    expect(JSON.parse((await cloud.execution('e')).snapshot ?? '').context).toEqual({ seen: 101 });
  });
});

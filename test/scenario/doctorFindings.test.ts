import { describe, expect, it } from 'vitest';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { doctorOf, hourMs, machines, told, workers } from '../support/doctorRounds.ts';
import { loseRecords } from '../support/lostRecords.ts';

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
    expect(told(await round())).toEqual(['p unapplied fixed']);
    await cloud.advance(hourMs);
    expect(told(await round())).toEqual(['p.0 unapplied fixed']);
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
    expect(told(await round({ stopsOrphans: true }))).toEqual(['p.0 orphaned fixed']);
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

describe('the doctor, for findings that it cannot repair', () => {
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

  it('names an execution item that no one can read', async () => {
    const cloud = new SimulatedCloud(machines, workers);
    await cloud.start('parent', 'p');
    await cloud.advance(1000);
    await cloud.send('p.0', 'END');
    await cloud.advance(1000);
    const item = cloud.table.items.get('p\nexecution') ?? {};
    cloud.table.items.set('p\nexecution', { ...item, log: { S: 'nonsense' } });
    expect(told(await doctorOf(cloud).round())).toEqual(['p unreadable remains']);
  });

  it('says of executions that the recovery function failed with why they remain, and repairs the others', async () => {
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
      { executionId: 'b', outcome: 'fixed' },
    ]);
  });
});

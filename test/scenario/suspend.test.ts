import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { expectSound } from '../support/soundness.ts';

const hourMs = 3_600_000;

const runs: DeliveryFaults[] = [
  { seed: 1 },
  ...Array.from({ length: 15 }, (_, i) => ({
    seed: i + 1,
    duplicate: 0.5,
    maximumDelayMs: 500,
    crashAfterCommit: 0.1,
    throttleCommit: 0.1,
  })),
];

function letter(timeout?: string) {
  return setup({
    types: { events: {} as { type: 'APPROVE' } },
    actors: { print: worker<undefined, string>({ timeout: '1m' }) },
  }).createMachine({
    id: 'letter',
    ...(timeout !== undefined && { meta: { millrace: { timeout } } }),
    initial: 'printing',
    states: {
      printing: { invoke: { src: 'print', onDone: 'printed' } },
      printed: { after: { [hourMs]: 'forgotten' }, on: { APPROVE: 'approved' } },
      approved: { type: 'final' },
      forgotten: { type: 'final' },
    },
  });
}

describe('a suspended execution', () => {
  it('stands still, its timers with it, and goes on with what has come meanwhile when it is resumed', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([letter()], { print: () => 'paper' }, faults);
      await cloud.start('letter', 'e');
      await cloud.advance(5000);
      await cloud.control('e', 'suspend');
      await cloud.advance(10 * hourMs);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUSPENDED',
        state: 'printed',
      });
      await cloud.control('e', 'resume');
      await cloud.advance(hourMs - 60_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'RUNNING',
        state: 'printed',
      });
      await cloud.advance(60_000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'forgotten' });
      await expectSound(cloud, [letter()]);
    }
  });

  it('applies results and events only after the resume, in their order', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([letter()], { print: () => 'paper' }, faults);
      await cloud.start('letter', 'e');
      await cloud.advance(1);
      await cloud.control('e', 'suspend');
      await cloud.advance(60_000);
      await cloud.send('e', 'APPROVE');
      await cloud.advance(60_000);
      const suspended = await cloud.execution('e');
      expect(suspended.status, `seed ${faults.seed}`).toBe('SUSPENDED');
      await cloud.control('e', 'resume');
      await cloud.advance(60_000);
      const resumed = await cloud.execution('e');
      expect(resumed, `seed ${faults.seed}`).toMatchObject({ status: 'SUCCEEDED', state: 'approved' });
      await expectSound(cloud, [letter()]);
    }
  });

  it('can be stopped', async () => {
    const cloud = new SimulatedCloud([letter()], { print: () => 'paper' });
    await cloud.start('letter', 'e');
    await cloud.advance(5000);
    await cloud.control('e', 'suspend');
    await cloud.control('e', 'stop');
    await cloud.advance(5000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'ABORTED' });
  });

  it('ignores, and says so, what does not fit', async () => {
    const cloud = new SimulatedCloud([letter()], { print: () => 'paper' });
    await cloud.start('letter', 'e');
    await cloud.advance(5000);
    await cloud.control('e', 'resume', 'too-early');
    await cloud.advance(5000);
    await cloud.control('e', 'suspend', 'once');
    await cloud.control('e', 'suspend', 'twice');
    await cloud.control('e', 'redrive', 'redrive');
    await cloud.advance(5000);
    const { log } = await cloud.execution('e');
    expect(log).toMatch(/etoo-early~\w+!NotSuspended/);
    expect(log).toMatch(/etwice~\w+!NotRunning/);
    expect(log).toMatch(/eredrive~\w+!NotRedrivable/);
  });
});

describe('an execution with a timeout', () => {
  it('is TIMED_OUT when it takes longer, though it waits for something else, and can be redriven', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([letter('30m')], { print: () => 'paper' }, faults);
      await cloud.start('letter', 'e');
      await cloud.advance(hourMs / 2 - 5000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'RUNNING', state: 'printed' });
      await cloud.advance(10_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'TIMED_OUT',
        error: { code: 'ExecutionTimedOut', name: 'States.Timeout' },
      });
      await cloud.control('e', 'redrive');
      await cloud.advance(5000);
      await cloud.send('e', 'APPROVE');
      await cloud.advance(60_000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'approved' });
      await expectSound(cloud, [letter('30m')]);
    }
  });

  it('is TIMED_OUT also while its machine is not deployed', async () => {
    const cloud = new SimulatedCloud([letter('10m')], { print: () => 'paper' });
    await cloud.start('letter', 'e');
    await cloud.advance(60_000);
    cloud.deploy([]);
    await cloud.send('e', 'APPROVE');
    await cloud.advance(hourMs / 4);
    expect(await cloud.execution('e')).toMatchObject({ status: 'TIMED_OUT' });
  });

  it('does not end in time what ends before', async () => {
    const cloud = new SimulatedCloud([letter('2h')], { print: () => 'paper' });
    await cloud.start('letter', 'e');
    await cloud.advance(3 * hourMs);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'forgotten' });
  });
});

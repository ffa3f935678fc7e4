import { describe, expect, it } from 'vitest';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { doctorOf, hourMs, machines, workers } from '../support/doctorRounds.ts';
import { loseRecords } from '../support/lostRecords.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { expectSound } from '../support/soundness.ts';

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
    cloud.clock.isStopped = true;
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
        cloud.clock.isStopped = false;
      },
    };
  }

  it('everything ends as it would have, none twice', async () => {
    const { cloud, end } = await outage();
    end();
    const { round } = doctorOf(cloud);
    const findings = await round({ pageSize: 7, segments: 3 });
    expect(findings.every(({ outcome }) => outcome === 'fixed')).toBe(true);
    expect(new Set(findings.map(({ kind }) => kind))).toContain('notStarted');
    await cloud.advance(2 * hourMs);
    for (const { executionId, status } of cloud.table.allExecutions()) {
      const isLeft = /^parent-[13579]\.0$/.test(executionId);
      expect(status, executionId).toBe(isLeft ? 'ABORTED' : 'SUCCEEDED');
    }
    expect(cloud.table.allExecutions()).toHaveLength(50);
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
      for (const { executionId, status } of cloud.table.allExecutions()) {
        const isLeft = /^parent-[13579]\.0$/.test(executionId);
        expect(status, `seed ${seed}: ${executionId}`).toBe(isLeft ? 'ABORTED' : 'SUCCEEDED');
      }
      await expectSound(cloud, [...machines, sequence]);
    }
  });
});

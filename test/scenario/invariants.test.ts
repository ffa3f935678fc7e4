import { describe, expect, it } from 'vitest';
import { journalReferences, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { nextTimerDueAt, parseMachineState, prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { hoarder } from '../support/brokenMachines.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';
import { seeds } from '../support/seeds.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

const workers: Workers = {
  ...addWorker,
  label: ({ city }: { city: string }, task) => {
    if (task.attempt === 1) throw new Error('the printer is out of paper');
    return `to ${city}`;
  },
  insure: () => ({ insured: true }),
  send: () => ({ sent: true }),
};
const machines = [sequential(60), parcel, hoarder];
const lookup = machineLookup([sequential(60), parcel, hoarder].map((machine) => prepareMachine(machine)));

/** Three executions under every kind of bad delivery; answers what the table holds after it. */
async function unkindRun(seed: number, check: (cloud: SimulatedCloud) => void = () => {}) {
  const cloud = new SimulatedCloud(machines, workers, {
    seed,
    ...unkindDelivery,
    loseInvoke: 0.02,
  });
  await cloud.start('sequential', 'sum', { M: { from: { N: '1' } } });
  await cloud.start('parcel', 'parcel', { M: { city: { S: 'Delft' } } });
  await cloud.start('hoarder', 'hoard');
  for (let i = 0; i < 40; i++) {
    await cloud.send('hoard', i % 7 === 6 ? 'xstate.reserved' : 'KEEP', `keep-${i}`);
    if (i === 20) await cloud.send('parcel', 'APPROVE', 'too-early');
    await cloud.advance(3000);
    check(cloud);
  }
  await cloud.send('parcel', 'APPROVE');
  await cloud.advance(600_000);
  await cloud.send('hoard', 'END');
  await cloud.advance(600_000);
  return cloud;
}

describe('under duplicated, late, re-ordered, throttled and lost deliveries and dying orchestrators', () => {
  it('invariant 1: every journal item is applied exactly once, or recorded as ignored with the reason', async () => {
    for (const seed of seeds(25)) {
      const cloud = await unkindRun(seed);
      for (const executionId of ['sum', 'parcel', 'hoard']) {
        const { execution, journal, segments } = await cloud.table.executions.readHistory(executionId);
        const logged = [...segments, execution?.log ?? ''].flatMap(journalReferences);
        for (const { reference } of journal) {
          expect(
            logged.filter((each) => each === reference),
            `${executionId} ${reference}, seed ${seed}`,
          ).toHaveLength(1);
        }
      }
      const kept = JSON.parse((await cloud.execution('hoard')).snapshot ?? '').context.kept;
      // 40 events, of which every seventh has a reserved type.
      expect(kept).toHaveLength(35);
    }
  });

  it('invariant 2: journal and log replay to the stored execution, byte for byte', async () => {
    for (const seed of seeds(25)) {
      const cloud = await unkindRun(seed);
      for (const executionId of ['sum', 'parcel', 'hoard']) {
        const { execution, journal, segments } = await cloud.table.executions.readHistory(executionId);
        if (!execution) throw new Error('It was not committed.');
        const log = [...segments, execution.log].flatMap(parseLog);
        const { machineVersion = '1' } = execution;
        const replayed = [...replay(lookup, { executionId, machineVersion, journal, log })].at(-1);
        const known = ({
          status,
          snapshot,
          state,
          output,
          error,
          tasks,
          updatedAt,
          endedAt,
        }: typeof execution) => ({
          status,
          snapshot,
          state,
          output,
          error,
          tasks,
          updatedAt,
          endedAt,
        });
        expect(replayed && known(replayed), `${executionId}, seed ${seed}`).toEqual(known(execution));
      }
    }
  });

  it('invariant 6: while an execution waits for a time, its wakeAt is set and not later', async () => {
    let waits = 0;
    for (const seed of seeds(25).slice(0, 10)) {
      await unkindRun(seed, (cloud) => {
        for (const execution of cloud.table.allExecutions()) {
          if (execution.status !== 'RUNNING') continue;
          const timer = execution.snapshot && nextTimerDueAt(parseMachineState(execution.snapshot));
          const times = [timer, ...execution.tasks.map((task) => task.dispatchAt ?? task.deadline)];
          for (const time of times) {
            if (typeof time !== 'number') continue;
            waits++;
            expect(execution.wakeAt).toBeLessThanOrEqual(time);
          }
        }
      });
    }
    expect(waits).toBeGreaterThan(100);
  });

  it('invariant 7: no execution is lost, and none ends twice', async () => {
    for (const seed of seeds(25)) {
      const cloud = await unkindRun(seed);
      const ended = cloud.table
        .allExecutions()
        .map(({ executionId, status, output }) => ({ executionId, status, output }));
      expect(
        ended.sort((a, b) => a.executionId.localeCompare(b.executionId)),
        `seed ${seed}`,
      ).toEqual([
        { executionId: 'hoard', status: 'SUCCEEDED', output: undefined },
        {
          executionId: 'parcel',
          status: 'SUCCEEDED',
          output: expect.objectContaining({ labels: ['Delft', 'to Delft'] }),
        },
        { executionId: 'sum', status: 'SUCCEEDED', output: { sum: 61 } },
      ]);
    }
  });
});

describe('at any length', () => {
  it('invariant 5: a late result of an attempt that was given up acts on nothing', async () => {
    const cloud = new SimulatedCloud([sequential(2)], addWorker, { seed: 1, loseInvoke: 1 });
    await cloud.start('sequential', 's1', { M: { from: { N: '1' } } });
    await cloud.advance(40_000);
    expect((await cloud.execution('s1')).tasks).toMatchObject([{ task: 0, attempt: 2 }]);
    cloud.table.put({
      executionId: { S: 's1' },
      item: { S: 'task#0#1' },
      status: { S: 'SUCCEEDED' },
      output: { N: '99' },
    });
    await cloud.advance(1000);
    expect(parseLog((await cloud.execution('s1')).log).at(-1)).toMatchObject({
      reference: 'task#0#1',
      verdict: { type: 'ignored', reason: 'NotOpen' },
    });
    cloud.table.put({
      executionId: { S: 's1' },
      item: { S: 'task#0#2' },
      status: { S: 'SUCCEEDED' },
      output: { N: '5' },
    });
    await cloud.advance(1000);
    expect((await cloud.execution('s1')).tasks).toMatchObject([{ task: 1, attempt: 1, input: { to: 5 } }]);
  });

  it('invariant 9: the stored item stays under one write unit, however many steps were taken', async () => {
    const cloud = new SimulatedCloud([sequential(3000)], addWorker);
    let largest = 0;
    let segments = 0;
    const { put } = cloud.table;
    cloud.table.put = (item) => {
      if (item.item?.S === 'execution') largest = Math.max(largest, attributesSize(item));
      if (item.item?.S?.startsWith('log#')) segments++;
      put.call(cloud.table, item);
    };
    await cloud.start('sequential', 's1', { M: { from: { N: '1' } } });
    await cloud.advance(3_600_000);
    expect(await cloud.execution('s1')).toMatchObject({ status: 'SUCCEEDED', output: { sum: 3001 } });
    expect(largest).toBeLessThanOrEqual(1024);
    expect(segments / 3000).toBeLessThan(0.05);
  });
});

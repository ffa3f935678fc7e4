import { describe, expect, it } from 'vitest';
import { createMachine, setup } from 'xstate';
import { worker } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

describe('a timer that is due when something else arrives', () => {
  const guarded = setup({
    guards: {
      throwing: () => {
        throw new RangeError('boom');
      },
    },
  }).createMachine({
    id: 'guarded',
    initial: 'a',
    states: {
      a: { after: { 1000: { guard: 'throwing', target: 'b' } }, on: { GO: 'b' } },
      b: { type: 'final' },
    },
  });

  it('fails the machine for good: the event after it is ignored', async () => {
    const rig = new OrchestratorRig([guarded]);
    const instance = rig.newInstance();
    rig.start('guarded', 'e');
    await rig.deliver(instance, 'e');
    rig.now += 1500;
    await rig.send('e', 'go', 'GO');
    await rig.deliver(instance, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', error: { code: 'MachineThrew' } });
    expect(await rig.verdicts('e')).toEqual(['start applied', 'event#go ignored: Ended']);
  });

  it('invariant 2: with no delay, it fires between two events of one batch, as it does in a replay', async () => {
    const immediate = createMachine({
      id: 'immediate',
      initial: 'a',
      states: {
        a: { on: { GO: 'b' } },
        b: { after: { 0: 'c' }, on: { GO: 'skipped' } },
        c: { on: { GO: 'd' } },
        d: {},
        skipped: {},
      },
    });
    const rig = new OrchestratorRig([immediate]);
    const instance = rig.newInstance();
    rig.start('immediate', 'e');
    await rig.deliver(instance, 'e');
    await rig.send('e', '1', 'GO');
    await rig.send('e', '2', 'GO');
    await rig.deliver(instance, 'e');
    const { state, snapshot } = await rig.execution('e');
    expect(state).toBe('d');
    expect(await rig.replayed('e')).toMatchObject({ state, snapshot });
  });
});

describe('a timer that is due beyond all dates', () => {
  it('has a wake that the index can hold', async () => {
    const patient = setup({ delays: { ever: () => Number.MAX_VALUE } }).createMachine({
      id: 'patient',
      initial: 'a',
      states: { a: { after: { ever: 'b' } }, b: {} },
    });
    const rig = new OrchestratorRig([patient]);
    rig.start('patient', 'e');
    await rig.deliver(rig.newInstance(), 'e');
    const { status, wakeAt } = await rig.execution('e');
    expect(status).toBe('RUNNING');
    expect(new Date(wakeAt ?? Number.NaN).getUTCFullYear()).toBe(9999);
  });
});

describe('a task that has almost no time', () => {
  it('is given up attempt by attempt, and the machine gets the error', async () => {
    const hasty = setup({
      actors: { work: worker<unknown, number>({ timeout: 1, retry: { maxAttempts: 3 } }) },
    }).createMachine({
      id: 'hasty',
      initial: 'working',
      states: { working: { invoke: { src: 'work', onError: 'late' } }, late: {} },
    });
    const rig = new OrchestratorRig([hasty]);
    const instance = rig.newInstance();
    rig.start('hasty', 'e');
    await rig.deliver(instance, 'e');
    for (let wakes = 1; (await rig.execution('e')).wakeAt !== undefined; wakes++) {
      expect(wakes).toBeLessThan(10);
      rig.now = Math.max(rig.now + 1, (await rig.execution('e')).wakeAt ?? 0);
      await instance.wake('e', `wake#${wakes}`);
    }
    expect(await rig.execution('e')).toMatchObject({ state: 'late', tasks: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, cancel, raise, sendTo, setup } from 'xstate';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const second = 1000;
const day = 86_400 * second;

/** Every delivery and every wake comes twice, late and in any order. */
const unkind: DeliveryFaults = {
  seed: 5,
  duplicate: 1,
  maximumDelayMs: 300,
  duplicateWake: 1,
  maximumWakeDelayMs: 300,
};

/** A machine that waits, and may be sent on before. */
const patient = setup({
  types: { input: {} as { delay: number }, context: {} as { delay: number } },
  delays: { given: ({ context }) => context.delay },
}).createMachine({
  id: 'patient',
  context: ({ input }) => ({ delay: input.delay }),
  initial: 'waiting',
  states: { waiting: { after: { given: 'over' }, on: { LEAVE: 'left' } }, over: {}, left: {} },
});

/** Sends itself events, later, and keeps what came. */
const reminding = setup({ types: { context: {} as { met: string[] } } }).createMachine({
  id: 'reminding',
  context: { met: [] },
  initial: 'on',
  on: {
    SET: { actions: raise({ type: 'LATE' }, { delay: 60 * second, id: 'reminder' }) },
    SEND: { actions: sendTo(({ self }) => self, { type: 'SENT' }, { delay: 90 * second, id: 'letter' }) },
    CANCEL: { actions: [cancel('reminder'), cancel('letter')] },
    '*': { actions: assign({ met: ({ context, event }) => [...context.met, event.type] }) },
  },
  states: { on: {} },
});

async function started(definition: AnyStateMachine, faults?: DeliveryFaults, delay?: number) {
  const cloud = new SimulatedCloud([definition], {}, faults);
  await cloud.start(
    definition.id,
    'e',
    delay === undefined ? undefined : { M: { delay: { N: `${delay}` } } },
  );
  await cloud.advance(second);
  return cloud;
}

const stateOf = async (cloud: SimulatedCloud) => (await cloud.execution('e')).state;
async function contextOf(cloud: SimulatedCloud): Promise<unknown> {
  return JSON.parse((await cloud.execution('e')).snapshot ?? '{}').context;
}

/** Times at which wakes fired what was due. */
async function wakes(cloud: SimulatedCloud): Promise<number[]> {
  const { execution, segments } = await cloud.table.executions.readHistory('e');
  return [...segments, execution?.log ?? '=0']
    .flatMap(parseLog)
    .filter(({ kind }) => kind === 'wake')
    .map(({ at }) => at);
}

async function expectReplay(cloud: SimulatedCloud, definition: AnyStateMachine) {
  const { execution, journal, segments } = await cloud.table.executions.readHistory('e');
  const log = [...segments, execution?.log ?? '=0'].flatMap(parseLog);
  const machineVersion = execution?.machineVersion ?? '1';
  const machines = machineLookup([prepareMachine(definition)]);
  const last = [...replay(machines, { executionId: 'e', journal, log, machineVersion })].at(-1);
  expect(last).toMatchObject({ state: execution?.state, snapshot: execution?.snapshot });
}

describe.each([
  ['plainly delivered', undefined, 1001],
  ['with every delivery and every wake duplicated and delayed', unkind, 1601],
])('a timer, %s', (_, faults, latestMs) => {
  it.each([
    ['a millisecond', 1],
    ['half a millisecond', 0.5],
    ['a second', second],
    ['ninety seconds and a bit', 90_123],
    ['a day', day],
    ['thirty days, for which setTimeout has no number', 30 * day],
    ['a year', 365 * day],
  ])('of %s fires within two seconds, and never early', async (_, delay) => {
    const cloud = await started(patient, faults, delay);
    const { startedAt } = await cloud.execution('e');
    const dueAt = startedAt + delay;
    if (dueAt - 1 > cloud.now) {
      await cloud.advance(dueAt - 1 - cloud.now);
      expect(await stateOf(cloud)).toBe('waiting');
    }
    await cloud.advance(2 * second);
    expect(await stateOf(cloud)).toBe('over');
    const [firedAt = 0, ...again] = await wakes(cloud);
    expect(firedAt).toBeGreaterThanOrEqual(dueAt);
    expect(firedAt).toBeLessThanOrEqual(dueAt + latestMs);
    expect(again).toEqual([]);
    await expectReplay(cloud, patient);
  });

  it('does not fire for a state that was left just before', async () => {
    const cloud = await started(patient, faults, 60 * second);
    await cloud.advance(58_500);
    await cloud.send('e', 'LEAVE');
    await cloud.advance(day);
    expect(await stateOf(cloud)).toBe('left');
    expect(await wakes(cloud)).toEqual([]);
    await expectReplay(cloud, patient);
  });

  it('that is cancelled does not fire, be it set by raise or by sendTo', async () => {
    const cloud = await started(reminding, faults);
    await cloud.send('e', 'SET');
    await cloud.send('e', 'SEND');
    await cloud.advance(50 * second);
    await cloud.send('e', 'CANCEL');
    await cloud.advance(day);
    expect(await contextOf(cloud)).toEqual({ met: [] });
  });

  it('fires for raise and for sendTo to the machine itself', async () => {
    const cloud = await started(reminding, faults);
    await cloud.send('e', 'SET');
    await cloud.send('e', 'SEND');
    await cloud.advance(70 * second);
    expect(await contextOf(cloud)).toEqual({ met: ['LATE'] });
    await cloud.advance(30 * second);
    expect(await contextOf(cloud)).toEqual({ met: ['LATE', 'SENT'] });
    await expectReplay(cloud, reminding);
  });

  it('whose id is used for another fires beside it, and cancel takes the last, as in XState', async () => {
    const cloud = await started(reminding, faults);
    await cloud.send('e', 'SET', '1');
    await cloud.advance(10 * second);
    await cloud.send('e', 'SET', '2');
    await cloud.advance(100 * second);
    expect(await contextOf(cloud)).toEqual({ met: ['LATE', 'LATE'] });
    await cloud.send('e', 'SET', '3');
    await cloud.advance(10 * second);
    await cloud.send('e', 'SET', '4');
    await cloud.advance(10 * second);
    await cloud.send('e', 'CANCEL');
    await cloud.advance(100 * second);
    expect(await contextOf(cloud)).toEqual({ met: ['LATE', 'LATE', 'LATE'] });
  });
});

describe('a clock that stood still for an hour', () => {
  it('catches up in the order of due times, within an execution and between executions', async () => {
    const machine = setup({
      types: { context: {} as { met: string[] } },
      actions: { take: assign({ met: ({ context, event }) => [...context.met, event.type] }) },
    }).createMachine({
      id: 'm',
      context: { met: [] },
      entry: [
        raise({ type: 'B' }, { delay: 20 * 60 * second }),
        raise({ type: 'A' }, { delay: 10 * 60 * second }),
        raise({ type: 'D' }, { delay: 2 * 3600 * second }),
        raise({ type: 'C' }, { delay: 30 * 60 * second }),
      ],
      on: { '*': { actions: 'take' } },
    });
    const cloud = new SimulatedCloud([machine, patient], {});
    await cloud.start('m', 'e');
    const delays = [50, 15, 40, 25].map((minutes) => minutes * 60 * second);
    for (const delay of delays)
      await cloud.start('patient', `p${delay}`, { M: { delay: { N: `${delay}` } } });
    await cloud.advance(second);
    cloud.clock.isStopped = true;
    await cloud.advance(3600 * second);
    expect(await contextOf(cloud)).toEqual({ met: [] });
    const commits: string[] = [];
    const commit = cloud.table.executions.commit.bind(cloud.table.executions);
    cloud.table.executions.commit = (execution) => {
      commits.push(execution.executionId);
      return commit(execution);
    };
    cloud.clock.isStopped = false;
    await cloud.advance(second);
    expect(await contextOf(cloud)).toEqual({ met: ['A', 'B', 'C'] });
    const inOrder = [...delays].sort((a, b) => a - b).map((delay) => `p${delay}`);
    expect(commits).toEqual(['e', ...inOrder]);
    await cloud.advance(3600 * second);
    expect(await contextOf(cloud)).toEqual({ met: ['A', 'B', 'C', 'D'] });
  });

  it('is not waited for by what an event finds due: that fires before the event', async () => {
    const cloud = await started(patient, undefined, 60 * second);
    cloud.clock.isStopped = true;
    await cloud.advance(120 * second);
    await cloud.send('e', 'LEAVE');
    await cloud.advance(second);
    expect(await stateOf(cloud)).toBe('over');
    await expectReplay(cloud, patient);
  });

  it('takes a result that came in time, not the deadline that has passed meanwhile', async () => {
    const definition = working({ timeout: '30s' });
    const rig = new OrchestratorRig([definition]);
    const instance = rig.newInstance();
    rig.start('working', 'e');
    await rig.deliver(instance, 'e');
    rig.now += 10 * second;
    await rig.succeed('e', 0, 1, 'done');
    rig.now += 3600 * second;
    await instance.wake('e', 'wake#1');
    expect((await rig.execution('e')).state).toBe('worked');
  });
});

/** A task within a time limit of 20 seconds that the machine itself sets. */
function working({ timeout }: { timeout: '30s' | '60s' }) {
  return setup({ actors: { work: worker<unknown, string>({ timeout }) } }).createMachine({
    id: 'working',
    initial: 'working',
    states: {
      working: {
        invoke: { src: 'work', onDone: 'worked', onError: 'failed' },
        after: timeout === '60s' ? { 20000: 'late' } : {},
      },
      worked: {},
      failed: {},
      late: {},
    },
  });
}

describe('a timer and a result at the same instant', () => {
  async function atTheSameInstant(order: 'wakeFirst' | 'resultFirst', beforeMs = 0) {
    const rig = new OrchestratorRig([working({ timeout: '60s' })]);
    const instance = rig.newInstance();
    rig.start('working', 'e');
    await rig.deliver(instance, 'e');
    rig.now += 20 * second - beforeMs;
    await rig.succeed('e', 0, 1, 'done');
    if (order === 'resultFirst') await rig.deliver(instance, 'e');
    rig.now += beforeMs;
    await instance.wake('e', 'wake#1');
    if (order === 'wakeFirst') await rig.deliver(instance, 'e');
    return rig;
  }

  it.each(['wakeFirst', 'resultFirst'] as const)('the timer comes first: %s', async (order) => {
    const rig = await atTheSameInstant(order);
    const { state, snapshot } = await rig.execution('e');
    expect(state).toBe('late');
    expect(await rig.verdicts('e')).toContain('task#0#1 ignored: NotOpen');
    expect(await rig.replayed('e')).toMatchObject({ state, snapshot });
  });

  it('a result of a millisecond before is taken, and the timer is gone', async () => {
    const rig = await atTheSameInstant('resultFirst', 1);
    expect((await rig.execution('e')).state).toBe('worked');
    expect(await rig.verdicts('e')).toEqual(['start applied', 'task#0#1 applied']);
  });
});

describe('clocks that overlap', () => {
  it('fire a timer once, whichever of their wakes commits first', async () => {
    const rig = new OrchestratorRig([reminding]);
    const [first, second_] = [rig.newInstance(), rig.newInstance()];
    rig.start('reminding', 'e');
    await rig.send('e', 'set', 'SET');
    await rig.deliver(first, 'e');
    rig.now += 60 * second;
    await Promise.all([first.wake('e', 'wake#1'), second_.wake('e', 'wake#1'), first.wake('e', 'wake#1')]);
    await second_.wake('e', 'wake#1');
    expect(await rig.context('e')).toEqual({ met: ['LATE'] });
    expect((await rig.execution('e')).version).toBe(2);
  });

  it('write nothing for a wake that comes late, when all is done', async () => {
    const rig = new OrchestratorRig([patient]);
    const instance = rig.newInstance();
    rig.start('patient', 'e', { M: { delay: { N: '1000' } } });
    await rig.deliver(instance, 'e');
    rig.now += second;
    await instance.wake('e', 'wake#1');
    const commits = rig.table.commits;
    rig.now += day;
    await instance.wake('e', 'wake#1');
    expect(rig.table.commits).toBe(commits);
  });
});

describe('clocks that disagree', () => {
  it.each([
    ['the clock function is 5 s ahead of the orchestrator', 5 * second, 0],
    ['the clock function is 5 s behind it', -5 * second, 0],
    ['the orchestrator is 5 s ahead of the clock function', 0, 5 * second],
    ['the orchestrator is 5 s behind it', 0, -5 * second],
  ])('fire no timer early: %s', async (_, clockAheadMs, orchestratorAheadMs) => {
    const cloud = new SimulatedCloud([patient], {});
    cloud.clock.aheadMs = clockAheadMs;
    cloud.orchestratorAheadMs = orchestratorAheadMs;
    await cloud.start('patient', 'e', { M: { delay: { N: '30000' } } });
    await cloud.advance(second);
    const { startedAt } = await cloud.execution('e');
    const trueStart = startedAt - orchestratorAheadMs;
    await cloud.advance(trueStart + 29_999 - cloud.now);
    expect(await stateOf(cloud)).toBe('waiting');
    await cloud.advance(7 * second);
    expect(await stateOf(cloud)).toBe('over');
    expect(await wakes(cloud)).toEqual([expect.toSatisfy((at: number) => at >= startedAt + 30_000)]);
  });

  it('fire no timer early that an orchestrator with a clock ahead has set', async () => {
    const rig = new OrchestratorRig([patient]);
    const instance = rig.newInstance();
    rig.now += 5 * second;
    rig.start('patient', 'e', { M: { delay: { N: '10000' } } });
    await rig.deliver(instance, 'e');
    rig.now -= 5 * second;
    rig.now += 10 * second;
    await instance.wake('e', 'wake#1');
    expect((await rig.execution('e')).state).toBe('waiting');
    rig.now += 5 * second;
    await instance.wake('e', 'wake#2');
    expect((await rig.execution('e')).state).toBe('over');
  });
});

describe('a delayed event to a task', () => {
  it('has no effect, as an event to a promise has none in XState', async () => {
    const machine = setup({ actors: { work: worker<unknown, string>() } }).createMachine({
      id: 'm',
      // By a reference: by its id it would be refused at registration.
      context: ({ spawn }) => ({ task: spawn('work', { id: 'task' }) }),
      initial: 'working',
      states: {
        working: {
          entry: sendTo(({ context }) => context.task, { type: 'HURRY' } as never, { delay: 10 * second }),
          on: { HURRY: 'wrong', 'xstate.done.actor.task': 'done' },
        },
        done: {},
        wrong: {},
      },
    });
    const rig = new OrchestratorRig([machine]);
    const instance = rig.newInstance();
    rig.start('m', 'e');
    await rig.deliver(instance, 'e');
    rig.now += 10 * second;
    await instance.wake('e', 'wake#1');
    expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING', state: 'working' });
    await rig.succeed('e', 0, 1, 'x');
    await rig.deliver(instance, 'e');
    expect((await rig.execution('e')).state).toBe('done');
    expect(rig.reports).toEqual([]);
  });
});

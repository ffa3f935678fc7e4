import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { TaskPolicy } from '../../orchestrator/core/policy/taskPolicy.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each, errorIs, worker } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { expectSound } from '../support/soundness.ts';

const dayMs = 86_400_000;

const runs: DeliveryFaults[] = [
  { seed: 1 },
  ...Array.from({ length: 15 }, (_, i) => ({
    seed: i + 1,
    duplicate: 0.5,
    duplicateInvoke: 0.3,
    maximumDelayMs: 300,
    crashAfterCommit: 0.1,
    throttleCommit: 0.1,
  })),
];

/** One task, whose output or error becomes the execution's. */
function machineOf(policy: TaskPolicy) {
  return setup({
    types: { context: {} as { error: string | null; output: unknown } },
    actors: { work: worker<unknown, unknown>(policy) },
  }).createMachine({
    id: 'job',
    context: { error: null, output: null },
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          onDone: { target: 'done', actions: assign({ output: ({ event }) => event.output }) },
          onError: [
            { guard: errorIs('States.HeartbeatTimeout'), target: 'silent' },
            { guard: errorIs('Millrace.UnknownOutcome'), target: 'unknown' },
            {
              target: 'failed',
              actions: assign({ error: ({ event }) => (event.error as Error).name }),
            },
          ],
        },
      },
      done: { type: 'final' },
      silent: { type: 'final' },
      unknown: { type: 'final' },
      failed: { type: 'final' },
    },
    output: ({ context }) => context.error ?? (context.output as Json),
  });
}

function rigOf(policy: TaskPolicy) {
  const rig = new OrchestratorRig([machineOf(policy)]);
  const instance = rig.newInstance();
  rig.start('job', 'e');
  const beat = (attempt = 1) =>
    rig.table.attempts.writeBeat({ executionId: 'e', task: 0, attempt, at: 'any' });
  const wake = () => instance.wake('e', `wake#${rig.now}`);
  return { rig, instance, beat, wake };
}

describe('a task with a heartbeat', () => {
  it('goes on for as long as its worker gives signs of life, and fails when they stop', async () => {
    const { rig, instance, beat, wake } = rigOf({ timeout: '1h', heartbeat: '10s' });
    await rig.deliver(instance, 'e');
    const startedAt = rig.now;
    for (let beats = 1; beats <= 3; beats++) {
      await beat();
      rig.now += 10_000;
      await wake();
      expect(await rig.execution('e'), `beat ${beats}`).toMatchObject({
        status: 'RUNNING',
        tasks: [{ beat: beats, heartbeatAt: rig.now + 10_000 }],
      });
    }
    rig.now += 10_000;
    await wake();
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'silent' });
    expect(rig.now - startedAt).toBe(40_000);
    expect(await rig.replayed('e')).toMatchObject({ state: 'silent' });
  });

  it('is judged by the change of the counter alone: a beat that was seen before is none', async () => {
    const { rig, instance, beat, wake } = rigOf({ heartbeat: '10s' });
    await rig.deliver(instance, 'e');
    await beat();
    rig.now += 10_000;
    await wake();
    rig.now += 10_000;
    await wake();
    expect(await rig.execution('e')).toMatchObject({ state: 'silent' });
  });

  it('is tried again by a retry policy for States.HeartbeatTimeout, and the beats of the attempt before do not count', async () => {
    const { rig, instance, beat, wake } = rigOf({
      heartbeat: '10s',
      retry: { errors: ['States.HeartbeatTimeout'], maxAttempts: 2, interval: '1s' },
    });
    await rig.deliver(instance, 'e');
    rig.now += 10_000;
    await wake();
    rig.now += 1000;
    await wake();
    expect(rig.dispatched.map(({ attempt }) => attempt)).toEqual([1, 2]);
    await beat(1);
    rig.now += 10_000;
    await wake();
    expect(await rig.execution('e')).toMatchObject({ state: 'silent' });
  });

  it('takes a result that is there when the clock comes for the heartbeat', async () => {
    const { rig, instance, wake } = rigOf({ heartbeat: '10s' });
    await rig.deliver(instance, 'e');
    await rig.succeed('e', 0, 1, 'paper');
    rig.now += 10_000;
    await wake();
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'done', output: 'paper' });
  });
});

describe('a task that waits for a result from elsewhere', () => {
  it('waits forever once its worker has begun, and goes on with the result', async () => {
    for (const faults of runs) {
      const tokens: string[] = [];
      const ask = (_: unknown, { token = '' }: { token?: string }) => {
        tokens.push(token);
      };
      const machine = machineOf({ waitForResult: true });
      const cloud = new SimulatedCloud([machine], { work: ask }, faults);
      await cloud.start('job', 'e');
      await cloud.advance(400 * dayMs);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'RUNNING',
        state: 'working',
      });
      expect(new Set(tokens)).toEqual(new Set(['e#0#1']));
      await cloud.table.journal.insertResult({
        executionId: 'e',
        task: 0,
        attempt: 1,
        startedAt: '2026-01-01T00:00:00.000Z',
        endedAt: '2026-01-01T00:00:00.000Z',
        result: { status: 'SUCCEEDED', output: 'approved' },
      });
      await cloud.advance(60_000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: 'approved' });
      await expectSound(cloud, [machine]);
    }
  });

  it('whose invocation was lost is found by its start deadline, and tried again', async () => {
    const { rig, instance, beat, wake } = rigOf({
      waitForResult: true,
      startTimeout: '5s',
      retry: { maxAttempts: 2, interval: '1s' },
    });
    await rig.deliver(instance, 'e');
    rig.now += 5000;
    await wake();
    rig.now += 1000;
    await wake();
    expect(rig.dispatched.map(({ token }) => token)).toEqual(['e#0#1', 'e#0#2']);
    await beat(2);
    rig.now += 5000;
    await wake();
    const { status, tasks, wakeAt } = await rig.execution('e');
    expect({ status, startBy: tasks[0]?.startBy, wakeAt }).toEqual({ status: 'RUNNING' });
  });

  it('whose invocations are all lost fails with an error of its own, which no guard takes for a late answer', async () => {
    const { rig, instance, wake } = rigOf({ waitForResult: true, startTimeout: '5s' });
    await rig.deliver(instance, 'e');
    for (let second = 0; second < 40; second++) {
      rig.now += 1000;
      await wake();
    }
    expect(rig.dispatched.map(({ token }) => token)).toEqual(['e#0#1', 'e#0#2', 'e#0#3']);
    expect(await rig.execution('e')).toMatchObject({ state: 'failed', output: 'Millrace.InvocationLost' });
  });

  it('fails with what its worker throws', async () => {
    const fail = () => {
      throw new TypeError('no such address');
    };
    const cloud = new SimulatedCloud([machineOf({ waitForResult: true })], { work: fail }, { seed: 1 });
    await cloud.start('job', 'e');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ state: 'failed', output: 'TypeError' });
  });

  it('has failed with States.Timeout at its deadline, where it has one', async () => {
    const cloud = new SimulatedCloud(
      [machineOf({ waitForResult: true, timeout: '3d' })],
      { work: () => undefined },
      { seed: 1 },
    );
    await cloud.start('job', 'e');
    await cloud.advance(3 * dayMs - 1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'RUNNING' });
    await cloud.advance(3000);
    expect(await cloud.execution('e')).toMatchObject({ state: 'failed', output: 'States.Timeout' });
  });

  it('is not asked for again by a redrive once its worker has begun', async () => {
    const { rig, instance, beat, wake } = rigOf({ waitForResult: true, startTimeout: '5s' });
    await rig.deliver(instance, 'e');
    await beat();
    rig.now += 5000;
    await wake();
    await rig.control('e', 'stop');
    await rig.deliver(instance, 'e');
    await rig.control('e', 'redrive');
    await rig.deliver(instance, 'e');
    rig.now += 1000;
    await wake();
    const { status, tasks, waiting } = await rig.execution('e');
    expect({ status, attempt: tasks[0]?.attempt, waiting }).toEqual({ status: 'RUNNING', attempt: 1 });
    expect(rig.dispatched).toHaveLength(1);
  });

  it('may be the task of each item of a list', async () => {
    const machine = setup({
      actors: { sign: each(worker<string, string>({ waitForResult: true, heartbeat: '1d' })) },
    }).createMachine({
      id: 'letters',
      context: {},
      initial: 'signing',
      states: {
        signing: {
          invoke: { src: 'sign', input: { items: ['a', 'b', 'c'] }, onDone: 'signed', onError: 'unsigned' },
        },
        signed: { type: 'final' },
        unsigned: { type: 'final' },
      },
    });
    for (const faults of runs) {
      const cloud = new SimulatedCloud([machine], { sign: () => undefined }, faults);
      await cloud.start('letters', 'e');
      await cloud.advance(dayMs / 2);
      for (const index of [0, 1, 2]) {
        await cloud.table.attempts.writeBeat({ executionId: 'e', task: 0, index, attempt: 1, at: 'any' });
      }
      await cloud.advance(dayMs);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({ status: 'RUNNING' });
      for (const index of [0, 1, 2]) {
        await cloud.table.journal.insertResult({
          executionId: 'e',
          task: 0,
          index,
          attempt: 1,
          startedAt: 'any',
          endedAt: 'any',
          result: { status: 'SUCCEEDED', output: index },
        });
      }
      await cloud.advance(60_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({ state: 'signed' });
      await expectSound(cloud, [machine]);
    }
  });
});

describe('a `once` task', () => {
  it('starts once, whatever is delivered twice', async () => {
    for (const faults of runs) {
      let begun = 0;
      const cloud = new SimulatedCloud([machineOf({ once: true })], { work: () => ++begun }, faults);
      await cloud.start('job', 'e');
      await cloud.advance(3_600_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({ status: 'SUCCEEDED' });
      expect(begun, `seed ${faults.seed}`).toBe(1);
    }
  });

  it('of which nothing is heard gives the machine Millrace.UnknownOutcome, and is not started again', async () => {
    const cloud = new SimulatedCloud(
      [machineOf({ once: true, timeout: '1m' })],
      { work: () => 1 },
      { seed: 1, loseInvoke: 1 },
    );
    await cloud.start('job', 'e');
    await cloud.advance(3_600_000);
    expect(await cloud.execution('e')).toMatchObject({ state: 'unknown' });
  });

  it('is not started again by a redrive after its deadline: the machine gets the error', async () => {
    const { rig, instance, wake } = rigOf({ once: true, timeout: '1m' });
    await rig.deliver(instance, 'e');
    await rig.control('e', 'stop');
    await rig.deliver(instance, 'e');
    rig.now += 120_000;
    await rig.control('e', 'redrive');
    await rig.deliver(instance, 'e');
    for (let second = 0; second < 3; second++) {
      rig.now += 1000;
      await wake();
    }
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'unknown' });
    expect(rig.dispatched).toHaveLength(1);
  });

  it('whose worker dies gives the machine Millrace.UnknownOutcome at once', async () => {
    const cloud = new SimulatedCloud(
      [machineOf({ once: true })],
      { work: () => 1 },
      { seed: 1, killWorker: 1 },
    );
    await cloud.start('job', 'e');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ state: 'unknown' });
  });
});

describe('a worker that dies', () => {
  it('is followed by another attempt at once', async () => {
    for (const faults of runs) {
      const machine = machineOf({
        retry: { errors: ['Lambda.Unknown'], maxAttempts: 20, interval: '1s', backoffRate: 1 },
      });
      const cloud = new SimulatedCloud([machine], { work: () => 'done' }, { ...faults, killWorker: 0.5 });
      await cloud.start('job', 'e');
      await cloud.advance(60_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: 'done',
      });
      await expectSound(cloud, [machine]);
    }
  });
});

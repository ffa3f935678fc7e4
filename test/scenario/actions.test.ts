import { describe, expect, it } from 'vitest';
import { assign, emit, log, setup } from 'xstate';
import { consoleReporter } from '../../orchestrator/observability/report.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

/** The effects of its actions outside the machine. */
class ActionBroke extends Error {}

const seen: string[] = [];

const talkative = setup({
  types: { events: {} as { type: 'GO' }, emitted: {} as { type: 'went' } },
  actions: {
    note: (_, { what }: { what: string }) => {
      seen.push(what);
    },
    throwing: () => {
      throw new ActionBroke('the action broke');
    },
    rejecting: () => Promise.reject(new ActionBroke('the async action broke')),
  },
}).createMachine({
  id: 'talkative',
  initial: 'waiting',
  entry: { type: 'note', params: { what: 'entered' } },
  states: {
    waiting: {
      on: {
        GO: {
          target: 'gone',
          actions: [
            'throwing',
            'rejecting',
            { type: 'note', params: { what: 'gone' } },
            log('going'),
            emit({ type: 'went' }),
          ],
        },
      },
    },
    gone: { type: 'final' },
  },
});

describe('actions', () => {
  it('run once, after the commit; one that throws or rejects is reported and fails nothing', async () => {
    seen.length = 0;
    const cloud = new SimulatedCloud([talkative], {}, { seed: 1, duplicate: 1, maximumDelayMs: 500 });
    await cloud.start('talkative', 't1');
    await cloud.advance(5000);
    await cloud.send('t1', 'GO');
    await cloud.advance(5000);
    expect((await cloud.execution('t1')).status).toBe('SUCCEEDED');
    expect(seen).toEqual(['entered', 'gone']);
    const execution = { executionId: 't1', machine: 'talkative', machineVersion: '1' };
    const stack = expect.stringMatching(/^ActionBroke: .*\n.*actions\.test\.ts/);
    const failed = { type: 'actionFailed', ...execution, stack };
    expect(cloud.reports).toEqual([
      { ...failed, action: 'throwing', error: 'ActionBroke: the action broke' },
      { ...failed, action: 'rejecting', error: 'ActionBroke: the async action broke' },
      { type: 'log', ...execution, value: 'going' },
    ]);
  });

  it('do not run again in an orchestrator that dies after the commit', async () => {
    seen.length = 0;
    const cloud = new SimulatedCloud([talkative], {}, { seed: 3, crashAfterCommit: 0.5 });
    for (let i = 0; i < 20; i++) await cloud.start('talkative', `t${i}`);
    await cloud.advance(60_000);
    expect(seen.length).toBeLessThan(20);
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe('actions, whatever becomes of deliveries, run at most once', () => {
  /** Twelve steps by events and timers, each with an action that says which. */
  const done: string[] = [];
  const counting = setup({
    types: { context: {} as { step: number }, events: {} as { type: 'GO' } },
    actions: {
      act: ({ self }, { step }: { step: number }) => {
        done.push(`${self.id} ${step}`);
      },
      count: assign({ step: ({ context }) => context.step + 1 }),
    },
    guards: { isLast: ({ context }) => context.step >= 12 },
  }).createMachine({
    id: 'counting',
    context: { step: 0 },
    initial: 'on',
    states: {
      on: {
        entry: ['count', { type: 'act', params: ({ context }) => ({ step: context.step }) }],
        always: { guard: 'isLast', target: 'off' },
        after: { 700: { target: 'on', reenter: true } },
        on: { GO: { target: 'on', reenter: true } },
      },
      off: { type: 'final' },
    },
  });

  async function run(faults: Omit<DeliveryFaults, 'seed'>, seed: number) {
    done.length = 0;
    const cloud = new SimulatedCloud([counting], {}, { ...faults, seed });
    for (let e = 0; e < 3; e++) {
      await cloud.start('counting', `${seed}-${e}`);
      for (let i = 0; i < 4; i++) await cloud.send(`${seed}-${e}`, 'GO', `${i}`);
    }
    await cloud.advance(60_000);
    for (const { status } of cloud.table.allExecutions()) expect(status).toBe('SUCCEEDED');
    const repeated = done.filter((each, i) => done.indexOf(each) !== i);
    return { repeated, ran: done.length };
  }

  it('with every delivery and every wake twice, late and in any order: exactly once', async () => {
    const faults = { duplicate: 1, maximumDelayMs: 900, duplicateWake: 1, maximumWakeDelayMs: 900 };
    for (let seed = 1; seed <= 20; seed++) {
      expect(await run(faults, seed)).toEqual({ repeated: [], ran: 36 });
    }
  });

  it('in an orchestrator that dies after commits: those of the commits it died after are lost, none runs twice', async () => {
    const faults = { duplicate: 0.5, maximumDelayMs: 900, duplicateWake: 0.5, crashAfterCommit: 0.2 };
    let ran = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const outcome = await run({ ...faults, throttleCommit: 0.1 }, seed);
      expect(outcome.repeated).toEqual([]);
      ran += outcome.ran;
    }
    expect(ran).toBeGreaterThan(20 * 36 * 0.5);
    expect(ran).toBeLessThan(20 * 36);
  });
});

describe('a step whose actions go wrong', () => {
  const actors = { work: worker<unknown, number>() };
  const machine = setup({
    actors,
    actions: {
      nothingReadable: () => {
        throw Object.create(null);
      },
      endless: () => new Promise<void>(() => {}),
    },
  });

  it('dispatches its tasks, though a machine logs what is no JSON', async () => {
    const lines: string[] = [];
    const logging = machine.createMachine({ id: 'm', entry: log(() => 10n), invoke: { src: 'work' } });
    const rig = new OrchestratorRig([logging]);
    rig.start('m', 'e');
    await rig.deliver(rig.newInstance({ report: consoleReporter((line) => lines.push(line)) }), 'e');
    expect(rig.dispatched).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining('10n')]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ millrace: 'log' });
  });

  it('dispatches its tasks, though an action throws what cannot be turned into text', async () => {
    const rig = new OrchestratorRig([
      machine.createMachine({ id: 'm', entry: 'nothingReadable', invoke: { src: 'work' } }),
    ]);
    rig.start('m', 'e');
    await rig.deliver(rig.newInstance(), 'e');
    expect(rig.dispatched).toHaveLength(1);
    expect(rig.reports).toMatchObject([{ type: 'actionFailed', action: 'nothingReadable' }]);
  });

  it('invariant 8: is held up only for a limited time by an action that never settles', async () => {
    const rig = new OrchestratorRig([
      machine.createMachine({ id: 'm', entry: 'endless', invoke: { src: 'work' } }),
    ]);
    rig.start('m', 'e');
    await rig.deliver(rig.newInstance({ actionLimitMs: 10 }), 'e');
    expect(rig.dispatched).toHaveLength(1);
    expect(rig.reports).toMatchObject([
      { type: 'actionFailed', action: 'endless', error: 'Error: It did not settle within 10 ms.' },
    ]);
  });
});

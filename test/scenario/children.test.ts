import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, createMachine, sendParent, sendTo, setup, stopChild } from 'xstate';
import { parentOf } from '../../orchestrator/core/execution/model/addresses.ts';
import { journalReferences, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { worker } from '../../workers/index.ts';
import { seeds } from '../support/seeds.ts';
import { trip, tripWorkers } from '../support/trip.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', [1, 2, 3].map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  [
    'with every delivery unkind and orchestrators that die',
    seeds(30).map((seed) => ({ seed, ...unkindDelivery })),
  ],
];

const cities = { M: { cities: { L: ['Gent', 'Delft', 'Bremen'].map((S) => ({ S })) } } };

/** Invariants 1 and 2, of every execution that the table holds. */
async function expectSound(cloud: SimulatedCloud, definitions: Parameters<typeof prepareMachines>[0]) {
  const machines = machineLookup(prepareMachines(definitions));
  for (const { executionId } of cloud.table.allExecutions()) {
    const { execution, journal, segments } = await cloud.table.executions.readHistory(executionId);
    const logged = [...segments, execution?.log ?? ''].flatMap(journalReferences);
    for (const { reference } of journal) {
      expect(
        logged.filter((each) => each === reference),
        `${executionId} ${reference}`,
      ).toHaveLength(1);
    }
    const log = [...segments, execution?.log ?? ''].flatMap(parseLog);
    const machineVersion = execution?.machineVersion ?? '';
    const last = [...replay(machines, { executionId, journal, log, machineVersion })].at(-1);
    expect(last?.snapshot, executionId).toBe(execution?.snapshot);
    expect(last?.status).toBe(execution?.status);
  }
}

const refusePayment = () => {
  throw new Error('Come back tomorrow.');
};

const statuses = (cloud: SimulatedCloud) =>
  Object.fromEntries(
    cloud.table
      .allExecutions()
      .map(({ executionId, status }) => [executionId, status] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

describe.each(deliveries)('child machines, %s', (_, runs) => {
  it('are executions that start once, talk with their parent, and give it their output once', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([trip], tripWorkers, faults);
      await cloud.start('trip', 'italy', cities);
      await cloud.advance(7 * 86_400_000);
      expect(await cloud.execution('italy'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { cost: 150, receipts: ['Bremen for 60', 'Delft for 50', 'Gent for 40'] },
      });
      expect(Object.keys(statuses(cloud))).toEqual([
        'italy',
        'italy.0',
        'italy.0.1',
        'italy.1',
        'italy.1.1',
        'italy.2',
        'italy.2.1',
      ]);
      expect(new Set(Object.values(statuses(cloud)))).toEqual(new Set(['SUCCEEDED']));
      await expectSound(cloud, [trip]);
    }
  });

  it('end with the parent that leaves or ends, theirs with them, and their late messages change nothing', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([trip], { ...tripWorkers, pay: refusePayment }, faults);
      await cloud.start('trip', 'italy', cities);
      await cloud.advance(20_000);
      await cloud.send('italy', 'CANCEL');
      await cloud.advance(600_000);
      const { italy, ...children } = statuses(cloud);
      expect(italy, `seed ${faults.seed}`).toBe('SUCCEEDED');
      expect(Object.keys(children).length).toBeGreaterThanOrEqual(3);
      expect(new Set(Object.values(children))).toEqual(new Set(['ABORTED']));
      await expectSound(cloud, [trip]);
    }
  });

  it('are stopped with a parent that is stopped', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([trip], { ...tripWorkers, pay: refusePayment }, faults);
      await cloud.start('trip', 'italy', cities);
      await cloud.advance(20_000);
      await cloud.control('italy', 'stop');
      await cloud.advance(600_000);
      expect(new Set(Object.values(statuses(cloud))), `seed ${faults.seed}`).toEqual(new Set(['ABORTED']));
      await expectSound(cloud, [trip]);
    }
  });

  it('are heard in the order in which they speak', async () => {
    const counter = createMachine({
      id: 'counter',
      context: { n: 0 },
      initial: 'counting',
      states: {
        counting: {
          always: { guard: ({ context }) => context.n === 30, target: 'counted' },
          after: {
            100: {
              target: 'counting',
              reenter: true,
              actions: [
                assign({ n: ({ context }) => context.n + 1 }),
                sendParent(({ context }) => ({ type: 'COUNTED', n: context.n })),
              ],
            },
          },
        },
        counted: { type: 'final' },
      },
    });
    const listener = setup({
      types: { context: {} as { heard: number[] }, events: {} as { type: 'COUNTED'; n: number } },
      actors: { counter },
    }).createMachine({
      id: 'listener',
      context: { heard: [] },
      invoke: { src: 'counter', onDone: '.end' },
      on: { COUNTED: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.n] }) } },
      initial: 'listening',
      states: { listening: {}, end: { type: 'final' } },
      output: ({ context }) => context.heard,
    });
    for (const faults of runs) {
      const cloud = new SimulatedCloud([listener], {}, faults);
      await cloud.start('listener', 'one');
      await cloud.advance(600_000);
      expect(await cloud.execution('one'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: Array.from({ length: 30 }, (_, i) => i + 1),
      });
      await expectSound(cloud, [listener]);
    }
  });

  it('may be hundreds, started and stopped by one commit each', async () => {
    const leaf = createMachine({
      id: 'leaf',
      context: ({ input }) => ({ input }),
      initial: 'on',
      states: { on: {} },
    });
    const tree = setup({ actors: { leaf }, types: { events: {} as { type: 'FELL' } } }).createMachine({
      id: 'tree',
      context: ({ spawn }) => {
        for (let i = 0; i < 230; i++) spawn('leaf', { id: `leaf-${i}`, input: { i } });
        return {};
      },
      on: { FELL: '.felled' },
      initial: 'standing',
      states: { standing: {}, felled: { type: 'final' } },
    });
    for (const faults of runs.slice(0, 2)) {
      const cloud = new SimulatedCloud([tree], {}, faults);
      await cloud.start('tree', 'oak');
      await cloud.advance(60_000);
      expect(Object.keys(statuses(cloud)), `seed ${faults.seed}`).toHaveLength(231);
      await cloud.send('oak', 'FELL');
      await cloud.advance(120_000);
      const { oak, ...leaves } = statuses(cloud);
      expect(oak).toBe('SUCCEEDED');
      expect(new Set(Object.values(leaves)), `seed ${faults.seed}`).toEqual(new Set(['ABORTED']));
      expect((await cloud.execution('oak')).wakeAt).toBeUndefined();
      await expectSound(cloud, [tree]);
    }
  });
});

/** A parent that says what became of its one child. */
function parentWith(child: AnyStateMachine) {
  return setup({ types: { context: {} as { said: unknown } }, actors: { child } }).createMachine({
    id: 'parent',
    context: { said: null },
    initial: 'waiting',
    states: {
      waiting: {
        invoke: {
          src: 'child',
          id: 'child',
          onDone: { target: 'done', actions: assign({ said: ({ event }) => event.output }) },
          onError: { target: 'failed', actions: assign({ said: ({ event }) => event.error }) },
        },
        on: {
          LEAVE: 'left',
          TELL: { actions: sendTo('child', { type: 'TOLD' }) },
          STOP: { actions: stopChild('child') },
        },
      },
      left: { on: { END: 'done' } },
      done: { type: 'final' },
      failed: { type: 'final' },
    },
    output: ({ context }) => context.said,
  });
}

describe('a child machine', () => {
  const run = async (child: Parameters<typeof parentWith>[0], workers: Workers = {}) => {
    const cloud = new SimulatedCloud([parentWith(child)], workers);
    await cloud.start('parent', 'p');
    await cloud.advance(10_000);
    return cloud;
  };

  it('that ends at once gives its output', async () => {
    const cloud = await run(
      createMachine({ id: 'c', initial: 'end', states: { end: { type: 'final' } }, output: 7 }),
    );
    expect(await cloud.execution('p')).toMatchObject({ status: 'SUCCEEDED', state: 'done', output: 7 });
  });

  it('that fails at once gives its error', async () => {
    const cloud = await run(
      createMachine({
        id: 'c',
        context: () => {
          throw new RangeError('no room');
        },
      }),
    );
    expect(await cloud.execution('p')).toMatchObject({
      status: 'SUCCEEDED',
      state: 'failed',
      output: { name: 'RangeError', message: expect.stringContaining('no room') },
    });
    expect(await cloud.execution('p.0')).toMatchObject({ status: 'FAILED' });
  });

  it('whose task fails and is not handled gives the error of the task', async () => {
    const child = setup({ actors: { work: worker<undefined, number>() } }).createMachine({
      id: 'c',
      invoke: { src: 'work' },
    });
    const cloud = await run(child, {
      work: () => {
        throw new TypeError('no work');
      },
    });
    expect(await cloud.execution('p')).toMatchObject({
      state: 'failed',
      output: { name: 'TypeError', message: 'no work' },
    });
  });

  const listening = createMachine({
    id: 'c',
    initial: 'listening',
    states: { listening: { on: { TOLD: 'told' } }, told: { type: 'final' } },
    output: 'told',
  });

  it('takes events of its parent', async () => {
    const cloud = await run(listening);
    await cloud.send('p', 'TELL');
    await cloud.advance(1000);
    expect(await cloud.execution('p')).toMatchObject({ status: 'SUCCEEDED', output: 'told' });
  });

  it('is stopped by stopChild, and its parent goes on without it', async () => {
    const cloud = await run(listening);
    await cloud.send('p', 'STOP');
    await cloud.advance(1000);
    expect(statuses(cloud)).toEqual({ p: 'RUNNING', 'p.0': 'ABORTED' });
    await cloud.send('p', 'LEAVE');
    await cloud.send('p', 'END');
    await cloud.advance(1000);
    expect(statuses(cloud)).toEqual({ p: 'SUCCEEDED', 'p.0': 'ABORTED' });
  });

  it('invariant 5: that ended before the stop of a state that was left changes nothing any more', async () => {
    const cloud = await run(listening);
    await cloud.send('p.0', 'TOLD');
    await cloud.send('p', 'LEAVE');
    await cloud.advance(1000);
    expect(await cloud.execution('p')).toMatchObject({ status: 'RUNNING', state: 'left' });
    expect((await cloud.execution('p')).log).toMatch(/!NotOpen/);
    await cloud.send('p', 'END');
    await cloud.advance(1000);
    expect(await cloud.execution('p')).toMatchObject({ status: 'SUCCEEDED', state: 'done' });
  });

  it('that an operator stops is an error to its parent', async () => {
    const cloud = await run(listening);
    await cloud.control('p.0', 'stop');
    await cloud.advance(1000);
    expect(await cloud.execution('p')).toMatchObject({
      state: 'failed',
      output: { name: 'States.TaskFailed', message: "The child execution 'p.0' was stopped." },
    });
  });

  it('stays on the version that its parent names, and waits for it where it is not deployed', async () => {
    const version = (output: string) =>
      createMachine({ id: 'c', version: output, initial: 'end', states: { end: { type: 'final' } }, output });
    const cloud = new SimulatedCloud([parentWith(version('1')), version('2')], {});
    await cloud.start('parent', 'p');
    await cloud.advance(10_000);
    expect(await cloud.execution('p')).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  });

  it('of a machine that starts itself without end ends it at the fiftieth level', async () => {
    const actors: Record<string, never> = {};
    const endless = setup({ actors }).createMachine({ id: 'endless', invoke: { src: 'next' as never } });
    Object.assign(endless.implementations.actors, { next: endless });
    const cloud = new SimulatedCloud([endless], {});
    await cloud.start('endless', 'e');
    await cloud.advance(600_000);
    const failed = cloud.table.allExecutions();
    expect(failed).toHaveLength(51);
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['FAILED']));
    const deepest = failed.find(({ executionId }) => executionId.split('.').length === 51);
    expect(deepest?.error).toMatchObject({ code: 'ChildTooDeep' });
    expect(parentOf(deepest?.executionId ?? '')).toBeDefined();
  });

  it('gets an input and gives an output with actors in them', async () => {
    const child = setup({
      types: { input: {} as { boss: never }, context: {} as { boss: never } },
    }).createMachine({
      id: 'c',
      context: ({ input }) => input,
      initial: 'asking',
      states: {
        asking: {
          entry: sendTo(({ context }) => context.boss, { type: 'ASKED' } as never),
          on: { ANSWERED: 'end' },
        },
        end: { type: 'final' },
      },
      output: ({ self }) => ({ me: self }),
    });
    const boss = setup({
      types: { context: {} as { child: { id: string } | null } },
      actors: { child },
    }).createMachine({
      id: 'boss',
      context: { child: null },
      initial: 'waiting',
      states: {
        waiting: {
          invoke: {
            src: 'child',
            id: 'child',
            input: ({ self }) => ({ boss: self as never }),
            onDone: {
              target: 'done',
              actions: assign({ child: ({ event }) => (event.output as { me: { id: string } }).me }),
            },
          },
          on: { ASKED: { actions: sendTo('child', { type: 'ANSWERED' } as never) } },
        },
        done: { type: 'final' },
      },
      output: ({ context }) => context.child?.id,
    });
    const cloud = new SimulatedCloud([boss], {});
    await cloud.start('boss', 'b');
    await cloud.advance(10_000);
    expect(await cloud.execution('b')).toMatchObject({ status: 'SUCCEEDED', output: 'child' });
  });
});

import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, setup } from 'xstate';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each, worker } from '../../workers/index.ts';
import { sequential } from '../support/machines.ts';
import { seeds } from '../support/seeds.ts';
import { expectSound } from '../support/soundness.ts';
import { trip, tripWorkers } from '../support/trip.ts';

const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', [1, 2, 3].map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  [
    'with every delivery unkind and orchestrators that die',
    seeds(20).map((seed) => ({
      seed,
      duplicate: 0.3,
      maximumDelayMs: 2000,
      crashAfterCommit: 0.05,
      throttleCommit: 0.05,
      throttleInvoke: 0.1,
    })),
  ],
];

const fromOne = { M: { from: { N: '1' } } };
const invoked = (cloud: SimulatedCloud, task: string) =>
  cloud.lambda.invocations.filter((each) => each.startsWith(task)).length;

describe.each(deliveries)('a redrive, %s', (_, runs) => {
  it('goes on with the task that failed, and repeats none that succeeded', async () => {
    for (const faults of runs) {
      let isRepaired = false;
      const add = ({ to }: { to: number }) => {
        if (to === 3 && !isRepaired) throw new Error('out of order');
        return to + 1;
      };
      const cloud = new SimulatedCloud([sequential(5)], { add }, faults);
      await cloud.start('sequential', 'e', fromOne);
      await cloud.advance(3_600_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'FAILED',
        error: { code: 'TaskFailed', message: 'out of order' },
      });
      isRepaired = true;
      await cloud.control('e', 'redrive');
      await cloud.advance(3_600_000);
      const ended = await cloud.execution('e');
      expect(ended, `seed ${faults.seed}`).toMatchObject({ status: 'SUCCEEDED', output: { sum: 6 } });
      expect(ended.error).toBeUndefined();
      const most = faults.crashAfterCommit === undefined ? 1 : 2;
      for (const task of [0, 1, 3, 4]) expect(invoked(cloud, `e/task#${task}#`)).toBeLessThanOrEqual(most);
      await expectSound(cloud, [sequential(5)]);
    }
  });

  const twoAtOnce = (accept: (weight: number) => number) =>
    setup({
      types: { context: {} as { label: string; weight: number } },
      actors: { label: worker<undefined, string>(), weigh: worker<undefined, number>() },
    }).createMachine({
      id: 'two',
      context: { label: '', weight: 0 },
      type: 'parallel',
      states: {
        label: {
          initial: 'on',
          states: {
            on: {
              invoke: {
                src: 'label',
                onDone: { target: 'done', actions: assign({ label: ({ event }) => event.output }) },
              },
            },
            done: { type: 'final' },
          },
        },
        weight: {
          initial: 'on',
          states: {
            on: {
              invoke: {
                src: 'weigh',
                onDone: {
                  target: 'done',
                  actions: assign({ weight: ({ event }) => accept(event.output) }),
                },
              },
            },
            done: { type: 'final' },
          },
        },
      },
      output: ({ context }) => context,
    });

  it('takes the result that a parallel task gave after the failure', async () => {
    for (const faults of runs) {
      let isRepaired = false;
      const workers = {
        label: () => {
          if (!isRepaired) throw new Error('no paper');
          return 'to Delft';
        },
        weigh: () => 5,
      };
      const cloud = new SimulatedCloud([twoAtOnce((weight) => weight)], workers, faults);
      await cloud.start('two', 'e');
      await cloud.advance(60_000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED' });
      isRepaired = true;
      await cloud.control('e', 'redrive');
      await cloud.advance(60_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { label: 'to Delft', weight: 5 },
      });
      expect(invoked(cloud, 'e/task#1#')).toBe(1);
      await expectSound(cloud, [twoAtOnce((weight) => weight)]);
    }
  });

  it('gives the machine again what it could not take, once it is repaired', async () => {
    for (const faults of runs) {
      const broken = twoAtOnce(() => {
        throw new RangeError('too heavy');
      });
      const mended = twoAtOnce((weight) => weight * 2);
      const cloud = new SimulatedCloud([broken], { label: () => 'to Delft', weigh: () => 5 }, faults);
      await cloud.start('two', 'e');
      await cloud.advance(60_000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED', error: { code: 'MachineThrew' } });
      cloud.deploy([mended]);
      await cloud.control('e', 'redrive');
      await cloud.advance(60_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { label: 'to Delft', weight: 10 },
      });
      expect(invoked(cloud, 'e/task#1#')).toBe(1);
    }
  });

  it('of a parent redrives its children, which go on from where they were', async () => {
    for (const faults of runs) {
      let isRepaired = false;
      const pay = ({ city, price }: { city: string; price: number }) => {
        if (city === 'Delft' && !isRepaired) throw Object.assign(new Error('no money'), { retryable: false });
        return `${city} for ${price}`;
      };
      const cloud = new SimulatedCloud([trip], { ...tripWorkers, pay }, faults);
      const cities = { M: { cities: { L: ['Gent', 'Delft', 'Bremen'].map((S) => ({ S })) } } };
      await cloud.start('trip', 'italy', cities);
      await cloud.advance(600_000);
      expect(await cloud.execution('italy')).toMatchObject({ status: 'FAILED' });
      isRepaired = true;
      await cloud.control('italy', 'redrive');
      await cloud.advance(7 * 86_400_000);
      expect(await cloud.execution('italy'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { cost: 150, receipts: ['Bremen for 60', 'Delft for 50', 'Gent for 40'] },
      });
      // An orchestrator that dies after its commit may have dispatched.
      const most = faults.crashAfterCommit === undefined ? 1 : 2;
      for (const child of [0, 1, 2]) {
        expect(invoked(cloud, `italy.${child}/task#0#`)).toBeLessThanOrEqual(most);
      }
      await expectSound(cloud, [trip]);
    }
  });

  it('goes on after a stop', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([sequential(5)], { add: ({ to }: { to: number }) => to + 1 }, faults);
      await cloud.start('sequential', 'e', fromOne);
      await cloud.advance(8);
      await cloud.operate('e', { control: 'stop', cause: 'lunch' });
      await cloud.advance(60_000);
      expect(await cloud.execution('e')).toMatchObject({ status: 'ABORTED', error: { message: 'lunch' } });
      await cloud.control('e', 'redrive');
      await cloud.advance(3_600_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { sum: 6 },
      });
      await expectSound(cloud, [sequential(5)]);
    }
  });
});

describe('a redrive', () => {
  const picky = (version: string, accepts: (city: string) => boolean) =>
    setup({
      types: { input: {} as { city: string }, context: {} as { city: string }, events: {} as { type: 'GO' } },
      actors: { carry: worker<{ city: string }, string>() },
    }).createMachine({
      id: 'picky',
      version,
      context: ({ input }) => {
        if (!accepts(input.city)) throw new RangeError(`nobody goes to ${input.city}`);
        return { city: input.city };
      },
      initial: 'carrying',
      states: {
        carrying: {
          invoke: { src: 'carry', input: ({ context }) => ({ city: context.city }), onDone: 'carried' },
        },
        carried: { on: { GO: { guard: ({ context }) => accepts(context.city), target: 'gone' } } },
        gone: { type: 'final' },
      },
      output: ({ context }) => context.city,
    });
  const anywhere = () => true;
  const nowhere = () => {
    throw new RangeError('nobody goes anywhere');
  };

  async function failed(machine: AnyStateMachine, workers = {}) {
    const cloud = new SimulatedCloud([machine], workers);
    await cloud.start('picky', 'e', { M: { city: { S: 'Troy' } } });
    await cloud.advance(60_000);
    return cloud;
  }

  it('with a patch of the input starts again what failed at its start', async () => {
    const machine = picky('1', (city) => city !== 'Troy');
    const cloud = await failed(machine, { carry: () => 'there' });
    expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED' });
    await cloud.operate('e', { control: 'redrive', input: { city: 'Bremen' } });
    await cloud.advance(60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'RUNNING', state: 'carried' });
    await expectSound(cloud, [machine]);
  });

  it('with a patch of the input gives it to the task that failed', async () => {
    const carry = ({ city, by }: { city: string; by?: string }) => {
      if (by === undefined) throw new TypeError('by what?');
      return `${city} by ${by}`;
    };
    const cloud = await failed(picky('1', anywhere), { carry });
    expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED', error: { name: 'TypeError' } });
    await cloud.operate('e', { control: 'redrive', input: { by: 'boat' } });
    await cloud.advance(60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'RUNNING', state: 'carried' });
    await expectSound(cloud, [picky('1', anywhere)]);
  });

  it('with another version goes on in it, and the history before still replays in the first', async () => {
    let accepts: (city: string) => boolean = nowhere;
    const first = picky('1', (city) => (city === 'Troy' && accepts === nowhere ? true : accepts(city)));
    const cloud = await failed(first, { carry: () => 'there' });
    accepts = anywhere;
    const throwing = setup({ types: { context: {} as { city: string } } }).createMachine({
      id: 'picky',
      version: '2',
      context: { city: '' },
      initial: 'carrying',
      states: { carrying: {}, carried: { on: { GO: 'gone' } }, gone: { type: 'final' } },
      output: ({ context }) => `${context.city}, version 2`,
    });
    await cloud.control('e', 'stop');
    await cloud.advance(1000);
    cloud.deploy([first, throwing]);
    await cloud.operate('e', { control: 'redrive', version: '2' });
    await cloud.advance(1000);
    await cloud.send('e', 'GO');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({
      status: 'SUCCEEDED',
      machineVersion: '2',
      startedOnVersion: '1',
      output: 'Troy, version 2',
    });
    await expectSound(cloud, [first, throwing]);
  });

  it('gives the machine again an event that it threw on', async () => {
    let isMended = false;
    const machine = setup({ types: { events: {} as { type: 'GO' } } }).createMachine({
      id: 'picky',
      initial: 'carried',
      states: {
        carried: {
          on: {
            GO: {
              guard: () => {
                if (!isMended) throw new RangeError('who knows');
                return true;
              },
              target: 'gone',
            },
          },
        },
        gone: { type: 'final' },
      },
    });
    const cloud = await failed(machine);
    await cloud.send('e', 'GO');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED' });
    isMended = true;
    await cloud.control('e', 'redrive');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'gone' });
  });

  it('of an execution that runs or has succeeded is ignored, and says so', async () => {
    const cloud = await failed(picky('1', anywhere), { carry: () => 'there' });
    await cloud.control('e', 'redrive');
    await cloud.send('e', 'GO');
    await cloud.advance(1000);
    await cloud.control('e', 'redrive', 'late');
    await cloud.advance(1000);
    const { status, log } = await cloud.execution('e');
    expect(status).toBe('SUCCEEDED');
    expect(log.match(/!NotRedrivable/g)).toHaveLength(2);
  });
});

describe('a redrive of a list', () => {
  const machine = setup({
    types: { context: {} as { sizes: unknown } },
    actors: {
      resize: each(worker<number, number>({ timeout: '30s' }), { concurrency: 3, tolerateFailures: 1 }),
    },
  }).createMachine({
    id: 'album',
    context: { sizes: null },
    initial: 'resizing',
    states: {
      resizing: {
        invoke: {
          src: 'resize',
          input: Array.from({ length: 10 }, (_, i) => i),
          onDone: { target: 'resized', actions: assign({ sizes: ({ event }) => event.output }) },
        },
      },
      resized: { type: 'final' },
    },
    output: ({ context }) => context.sizes,
  });

  it.each(deliveries)('tries its failed items again, and no other, %s', async (_, runs) => {
    for (const faults of runs) {
      let isRepaired = false;
      const resize = (item: number) => {
        if ((item === 1 || item === 5) && !isRepaired) throw new Error('no such image');
        return item * 10;
      };
      const cloud = new SimulatedCloud([machine], { resize }, faults);
      await cloud.start('album', 'e');
      await cloud.advance(600_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'FAILED',
        error: { name: 'States.ExceedToleratedFailureThreshold' },
      });
      isRepaired = true;
      await cloud.control('e', 'redrive');
      await cloud.advance(600_000);
      expect(await cloud.execution('e'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: Array.from({ length: 10 }, (_, i) => i * 10),
      });
      if (faults.crashAfterCommit === undefined) expect(invoked(cloud, 'e/task#0.0#')).toBe(1);
      await expectSound(cloud, [machine]);
    }
  });
});

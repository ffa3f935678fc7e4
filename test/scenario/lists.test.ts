import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { openTasks } from '../../orchestrator/core/execution/lists/runningList.ts';
import { journalReferences, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { each, worker } from '../../workers/index.ts';
import { type Item, machineOfList } from '../support/machineOfList.ts';
import { seeds } from '../support/seeds.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', [1, 2, 3].map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  ['with every delivery unkind', seeds(30).map((seed) => ({ seed, ...unkindDelivery }))],
];

const double: Workers = { double: ({ number }: Item) => 2 * number };
const retries = { timeout: '10s', retry: { maxAttempts: 8, interval: '1s' } } as const;

async function run(
  cloud: SimulatedCloud,
  count: number,
  { forMs = 3_600_000 }: { forMs?: number } = {},
): Promise<{ largest: number; mostOpen: number }> {
  let largest = 0;
  let mostOpen = 0;
  const { put } = cloud.table;
  cloud.table.put = (item) => {
    if (item.item?.S === 'execution') {
      largest = Math.max(largest, attributesSize(item));
      mostOpen = Math.max(mostOpen, openTasks(decodeExecution(item)).length);
    }
    put.call(cloud.table, item);
  };
  await cloud.start('fan', 'f1', { M: { count: { N: String(count) } } });
  await cloud.advance(forMs);
  return { largest, mostOpen };
}

function doubled(count: number): number[] {
  return Array.from({ length: count }, (_, number) => 2 * number);
}

describe.each(deliveries)('each, %s', (_, runs) => {
  it('gives the outputs in the order of the list', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([machineOfList({ concurrency: 7 }, retries)], double, faults);
      await run(cloud, 40);
      expect(await cloud.execution('f1'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { outputs: doubled(40), error: null },
      });
    }
  });

  it('holds no more attempts open than its concurrency, across retries, deadlines and wakes', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        double: ({ number }: Item, { attempt }) => {
          if (number % 3 === 0 && attempt === 1) throw new Error('not at once');
          return 2 * number;
        },
      };
      const cloud = new SimulatedCloud([machineOfList({ concurrency: 5 }, retries)], workers, faults);
      const { mostOpen } = await run(cloud, 30);
      expect(mostOpen).toBe(5);
      expect((await cloud.execution('f1')).output).toMatchObject({ outputs: doubled(30) });
    }
  });

  it('takes as many failures as it tolerates, and has each in its place as { error }', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        double: ({ number }: Item) => {
          if (number === 4 || number === 9) throw new RangeError(`${number} is too much`);
          return 2 * number;
        },
      };
      const machine = machineOfList({ concurrency: 4, tolerateFailures: 2 }, retries);
      const cloud = new SimulatedCloud([machine], workers, { ...faults, loseInvoke: 0 });
      await run(cloud, 12);
      const outputs: unknown[] = doubled(12);
      outputs[4] = { error: { name: 'RangeError', message: '4 is too much' } };
      outputs[9] = { error: { name: 'RangeError', message: '9 is too much' } };
      expect((await cloud.execution('f1')).output).toEqual({ outputs, error: null });
    }
  });

  it('fails beyond that, with the first errors, and gives up what still runs', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        double: () => {
          throw new RangeError('no');
        },
      };
      const cloud = new SimulatedCloud(
        [machineOfList({ concurrency: 4, tolerateFailures: '10%' })],
        workers,
        {
          ...faults,
          loseInvoke: 0,
        },
      );
      await run(cloud, 20);
      const { output, lists } = await cloud.execution('f1');
      expect(output).toMatchObject({
        outputs: null,
        error: {
          name: 'States.ExceedToleratedFailureThreshold',
          message: expect.stringMatching(/^3 of 20 items failed, more than the 2 that are tolerated/),
          failures: 3,
          count: 20,
          errors: [{ name: 'RangeError' }, { name: 'RangeError' }, { name: 'RangeError' }],
        },
      });
      expect(lists).toBeUndefined();
      expect(cloud.invocations.length).toBeLessThan(20);
    }
  });

  it('replays to the stored execution, byte for byte, from journal and log', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        double: ({ number }: Item, { attempt }) => {
          if (number % 4 === attempt) throw new Error(`attempt ${attempt}`);
          return 2 * number;
        },
      };
      const machine = machineOfList(
        { concurrency: 6, tolerateFailures: '50%' },
        { timeout: '10s', retry: { maxAttempts: 2, interval: '3s', jitter: 'full' } },
      );
      const cloud = new SimulatedCloud([machine], workers, faults);
      await run(cloud, 25, { forMs: 13_000 });
      await expectReplay(cloud, machine);
      await cloud.advance(3_600_000);
      await expectReplay(cloud, machine);
      expect((await cloud.execution('f1')).status).toBe('SUCCEEDED');
    }
  });

  it('applies every result once, or records why it was ignored', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([machineOfList({ concurrency: 9 }, retries)], double, faults);
      await run(cloud, 30);
      const { execution, journal, segments } = await cloud.table.executions.readHistory('f1');
      const logged = [...segments, execution?.log ?? ''].flatMap(journalReferences).sort();
      expect(logged).toEqual(journal.map(({ reference }) => reference).sort());
    }
  });
});

async function expectReplay(cloud: SimulatedCloud, machine: ReturnType<typeof machineOfList>): Promise<void> {
  const { execution, journal, segments } = await cloud.table.executions.readHistory('f1');
  if (!execution) throw new Error('It was not committed.');
  const log = [...segments, execution.log].flatMap(parseLog);
  const lookup = machineLookup([prepareMachine(machine)]);
  const replayed = [...replay(lookup, { executionId: 'f1', machineVersion: '1', journal, log })].at(-1);
  const known = ({ status, snapshot, output, error, tasks, lists, updatedAt }: typeof execution) => ({
    status,
    snapshot,
    output,
    error,
    tasks,
    lists,
    updatedAt,
  });
  expect(replayed && known(replayed)).toEqual(known(execution));
}

describe('each', () => {
  it('without a fault, hands every attempt to a worker once', async () => {
    const workers: Workers = {
      double: ({ number }: Item, { attempt }) => {
        if (number % 5 === 0 && attempt === 1) throw new Error('not at once');
        return 2 * number;
      },
    };
    const cloud = new SimulatedCloud([machineOfList({ concurrency: 10 }, retries)], workers);
    await run(cloud, 60);
    expect(new Set(cloud.invocations).size).toBe(cloud.invocations.length);
    expect(cloud.invocations).toHaveLength(60 + 12);
  });

  it('stores at most 4 KB for 200 items of which 100 are in flight', async () => {
    const cloud = new SimulatedCloud([machineOfList({ concurrency: 100 }, retries)], double, {
      seed: 5,
      maximumDelayMs: 5000,
    });
    const { largest, mostOpen } = await run(cloud, 200);
    expect(mostOpen).toBe(100);
    // The last commit has all outputs in its context, and is the machine's own doing.
    expect(largest).toBeLessThanOrEqual(4096);
    expect((await cloud.execution('f1')).output).toMatchObject({ outputs: doubled(200) });
  });

  it('is done at once where the list is empty', async () => {
    const cloud = new SimulatedCloud([machineOfList({})], double);
    await run(cloud, 0, { forMs: 10 });
    expect(await cloud.execution('f1')).toMatchObject({ status: 'SUCCEEDED', output: { outputs: [] } });
    expect(cloud.invocations).toEqual([]);
  });

  it('waits for the deadline of an item whose worker gives no answer, and has it among the failures', async () => {
    const machine = machineOfList({ concurrency: 2, tolerateFailures: 1 }, { timeout: '10s' });
    const cloud = new SimulatedCloud([machine], double, { seed: 3, loseInvoke: 0 });
    const { put } = cloud.table;
    // A result that comes only after its item was given up.
    let late: Parameters<typeof put>[0] | undefined;
    cloud.table.put = (item) => {
      if (item.item?.S === 'task#0.1#1' && !late) late = item;
      else put.call(cloud.table, item);
    };
    await run(cloud, 4, { forMs: 12_000 });
    expect((await cloud.execution('f1')).output).toMatchObject({
      outputs: [0, { error: { name: 'States.Timeout' } }, 4, 6],
    });
    if (late) put.call(cloud.table, late);
    await cloud.advance(10_000);
    const log = parseLog((await cloud.execution('f1')).log);
    expect(log.at(-1)).toMatchObject({
      reference: 'task#0.1#1',
      verdict: { type: 'ignored', reason: 'Ended' },
    });
    await expectReplay(cloud, machine);
  });

  it('is given up with the state that invoked it: results that come later are ignored', async () => {
    const cloud = new SimulatedCloud([machineOfList({ concurrency: 3 }, retries)], double, {
      seed: 2,
      loseInvoke: 0.9,
    });
    await run(cloud, 10, { forMs: 2000 });
    await cloud.send('f1', 'LEAVE');
    await cloud.advance(100);
    const { lists, wakeAt, state } = await cloud.execution('f1');
    expect({ lists, state }).toEqual({ lists: undefined, state: 'left' });
    const invoked = cloud.invocations.length;
    await cloud.advance(600_000);
    expect(cloud.invocations).toHaveLength(invoked);
    await cloud.table.journal.insertResult({
      executionId: 'f1',
      task: 0,
      index: 9,
      attempt: 1,
      worker: 'double',
      startedAt: '',
      endedAt: '',
      result: { status: 'SUCCEEDED', output: 1 },
    });
    await cloud.advance(10);
    const log = parseLog((await cloud.execution('f1')).log);
    expect(log.at(-1)).toMatchObject({
      reference: 'task#0.9#1',
      verdict: { type: 'ignored', reason: 'NotOpen' },
    });
    expect(wakeAt).toBeDefined();
  });

  it('is stopped with its execution', async () => {
    const cloud = new SimulatedCloud([machineOfList({ concurrency: 3 }, retries)], double, {
      seed: 2,
      loseInvoke: 1,
    });
    await run(cloud, 10, { forMs: 2000 });
    await cloud.control('f1', 'stop');
    await cloud.advance(600_000);
    expect(await cloud.execution('f1')).toMatchObject({ status: 'ABORTED' });
    const ran = cloud.lambda.invocations.length;
    await cloud.advance(3_600_000);
    expect(cloud.lambda.invocations).toHaveLength(ran);
  });

  it('fails with Millrace.InvalidItems where its input is not a list', async () => {
    const machine = setup({ actors: { double: each(worker<Item, number>()) } }).createMachine({
      id: 'fan',
      initial: 'working',
      states: {
        // The wrong type is the point.
        working: { invoke: { src: 'double', input: () => JSON.parse('{"items":7}'), onError: 'failed' } },
        failed: { type: 'final' },
      },
    });
    const cloud = new SimulatedCloud([machine], double);
    await cloud.start('fan', 'f1');
    await cloud.advance(10);
    expect(await cloud.execution('f1')).toMatchObject({ status: 'SUCCEEDED', state: 'failed' });
  });

  it('ends a machine that starts empty lists for ever', async () => {
    const machine = setup({ actors: { double: each(worker<Item, number>()) } }).createMachine({
      id: 'fan',
      initial: 'working',
      states: {
        working: { invoke: { src: 'double', input: [], onDone: { target: 'working', reenter: true } } },
      },
    });
    const cloud = new SimulatedCloud([machine], double);
    await cloud.start('fan', 'f1');
    await cloud.advance(10);
    expect(await cloud.execution('f1')).toMatchObject({ status: 'FAILED', error: { code: 'EndlessLoop' } });
  });

  it('takes concurrency and tolerance of one list from its input', async () => {
    const machine = setup({ actors: { double: each(worker<Item, number>(retries)) } }).createMachine({
      id: 'fan',
      initial: 'working',
      states: {
        working: {
          invoke: {
            src: 'double',
            input: { items: Array.from({ length: 9 }, (_, number) => ({ number })), concurrency: 2 },
            onDone: 'done',
          },
        },
        done: { type: 'final' },
      },
    });
    const cloud = new SimulatedCloud([machine], double);
    const { mostOpen } = await run(cloud, 0);
    expect(mostOpen).toBe(2);
    expect((await cloud.execution('f1')).status).toBe('SUCCEEDED');
  });
});

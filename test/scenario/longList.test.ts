import { describe, expect, it } from 'vitest';
import { openTasks } from '../../orchestrator/core/execution/lists/runningList.ts';
import { journalReferences, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { itemListOf } from '../../orchestrator/core/policy/itemPages.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { noLists, withListResults } from '../../orchestrator/table/listResults.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { type Item, machineOfList } from '../support/machineOfList.ts';
import { seeds } from '../support/seeds.ts';

const unkind: Omit<DeliveryFaults, 'seed'> = {
  duplicate: 0.2,
  maximumDelayMs: 2000,
  crashAfterCommit: 0.02,
  throttleCommit: 0.02,
  throttleInvoke: 0.05,
  duplicateInvoke: 0.05,
  loseInvoke: 0.02,
};
const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['with every delivery unkind', seeds(3).map((seed) => ({ seed, ...unkind }))],
];
const retries = { timeout: '10s', retry: { maxAttempts: 8, interval: '1s' } } as const;
const double: Workers = { double: ({ number }: Item) => 2 * number };

/** A list of this length; what its executions were like meanwhile. */
async function run(cloud: SimulatedCloud, count: number, forMs = 3_600_000) {
  const open = new Map<string, number>();
  let largest = 0;
  let mostOpen = 0;
  const { put } = cloud.table;
  cloud.table.put = (item) => {
    if (item.item?.S === 'execution') {
      const execution = decodeExecution(item);
      // Its own end has the whole output in its context, and is the machine's doing.
      if (execution.executionId !== 'f1') largest = Math.max(largest, attributesSize(item));
      open.set(execution.executionId, execution.status === 'RUNNING' ? openTasks(execution).length : 0);
      mostOpen = Math.max(
        mostOpen,
        [...open.values()].reduce((sum, each) => sum + each, 0),
      );
    }
    put.call(cloud.table, item);
  };
  await cloud.start('fan', 'f1', { M: { count: { N: String(count) } } });
  await cloud.advance(forMs);
  return { largest, mostOpen, executions: open.size };
}

function doubled(count: number): number[] {
  return Array.from({ length: count }, (_, number) => 2 * number);
}

describe.each(deliveries)('a list that is too long for one execution, %s', (_, runs) => {
  it('is worked on by executions of its own, and gives the outputs in order', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([machineOfList({ concurrency: 30 }, retries)], double, faults);
      const { largest, mostOpen, executions } = await run(cloud, 750);
      expect(await cloud.execution('f1'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        output: { outputs: doubled(750), error: null },
      });
      // The machine's, the list's, and four parts.
      expect(executions).toBe(6);
      expect(mostOpen).toBeLessThanOrEqual(30);
      expect(mostOpen).toBeGreaterThanOrEqual(27);
      expect(largest).toBeLessThanOrEqual(1536);
    }
  });

  it('adds up the failures of its parts, and has each in its place', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        double: ({ number }: Item) => {
          if (number % 100 === 7) throw new RangeError(`${number} is too much`);
          return 2 * number;
        },
      };
      const machine = machineOfList({ concurrency: 30, tolerateFailures: 8 }, retries);
      const cloud = new SimulatedCloud([machine], workers, { ...faults, loseInvoke: 0 });
      await run(cloud, 750);
      const outputs: unknown[] = doubled(750);
      for (let number = 7; number < 750; number += 100) {
        outputs[number] = { error: { name: 'RangeError', message: `${number} is too much` } };
      }
      expect((await cloud.execution('f1')).output).toEqual({ outputs, error: null });
    }
  });

  it('fails where its parts together fail more than is tolerated, and stops those that still run', async () => {
    for (const faults of runs) {
      const workers: Workers = {
        double: ({ number }: Item) => {
          if (number % 10 === 7) throw new RangeError(`${number} is too much`);
          return 2 * number;
        },
      };
      const machine = machineOfList({ concurrency: 10, tolerateFailures: '5%' });
      const cloud = new SimulatedCloud([machine], workers, { ...faults, loseInvoke: 0 });
      await run(cloud, 750);
      const { output } = await cloud.execution('f1');
      expect(output).toMatchObject({
        outputs: null,
        error: {
          name: 'States.ExceedToleratedFailureThreshold',
          count: 750,
          errors: Array.from({ length: 5 }, () => ({ name: 'RangeError' })),
        },
      });
      for (const { executionId, status } of cloud.table.allExecutions()) {
        expect({ executionId, status }).not.toEqual({ executionId, status: 'RUNNING' });
      }
      expect(new Set(cloud.invocations).size).toBeLessThan(750);
    }
  });

  it('is given up with the state that invoked it', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([machineOfList({ concurrency: 20 }, retries)], double, faults);
      await run(cloud, 2000, 150);
      await cloud.send('f1', 'LEAVE');
      await cloud.advance(20_000);
      const invoked = new Set(cloud.invocations).size;
      await cloud.advance(600_000);
      expect(new Set(cloud.invocations).size).toBe(invoked);
      const running = cloud.table.allExecutions().filter(({ status }) => status === 'RUNNING');
      expect(running.map(({ executionId }) => executionId)).toEqual(['f1']);
    }
  });

  it('applies every journal item of every execution once, or records why it was ignored', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([machineOfList({ concurrency: 30 }, retries)], double, faults);
      await run(cloud, 450);
      for (const { executionId } of cloud.table.allExecutions()) {
        const { execution, journal, segments } = await cloud.table.executions.readHistory(executionId);
        const logged = [...segments, execution?.log ?? ''].flatMap(journalReferences).sort();
        expect(logged, executionId).toEqual(journal.map(({ reference }) => reference).sort());
      }
    }
  });
});

describe('a long list', () => {
  it('replays in every execution to what is stored, with the results of its parts', async () => {
    const workers: Workers = {
      double: ({ number }: Item, { attempt }) => {
        if (number % 50 === 3 || (number % 20 === 1 && attempt === 1)) throw new Error(`attempt ${attempt}`);
        return 2 * number;
      },
    };
    const machine = machineOfList(
      { concurrency: 40, tolerateFailures: '5%' },
      { timeout: '10s', retry: { maxAttempts: 2, interval: '1s', jitter: 'full' } },
    );
    const cloud = new SimulatedCloud([machine], workers, { seed: 8, duplicate: 0.3, maximumDelayMs: 1500 });
    await run(cloud, 500);
    const lookup = machineLookup([prepareMachine(machine)]);
    const executions = cloud.table.allExecutions();
    expect(executions).toHaveLength(5);
    for (const stored of executions) {
      const { executionId, machineVersion = '' } = stored;
      const { journal, segments } = await cloud.table.executions.readHistory(executionId);
      const log = [...segments, stored.log].flatMap(parseLog);
      const lists = noLists();
      const replayed = await withListResults(cloud.table, executionId, lists, () =>
        [...replay(lookup, { executionId, machineVersion, journal, log, ...lists })].at(-1),
      );
      const { version: _, wakeAt: __, log: ___, logSegments: ____, ...known } = stored;
      expect(replayed).toMatchObject(known);
      expect(replayed?.snapshot).toBe(stored.snapshot);
    }
  });

  it('without a fault, hands every attempt to a worker once, with its place in the whole list', async () => {
    const places: (number | undefined)[] = [];
    const workers: Workers = {
      double: ({ number }: Item, { index, machine }) => {
        places.push(index);
        if (index !== number || machine !== 'fan') throw new Error(`${index} of ${machine}`);
        return 2 * number;
      },
    };
    const cloud = new SimulatedCloud([machineOfList({ concurrency: 50 }, retries)], workers);
    await run(cloud, 650);
    expect(places.sort((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 650 }, (_, i) => i));
  });

  it('fails with the error of a part that someone stopped', async () => {
    const cloud = new SimulatedCloud([machineOfList({ concurrency: 4 }, retries)], double, {
      seed: 3,
      loseInvoke: 1,
    });
    await run(cloud, 450, 3000);
    await cloud.control('f1.0.11', 'stop');
    await cloud.advance(10_000);
    expect((await cloud.execution('f1')).output).toMatchObject({ error: { name: 'States.TaskFailed' } });
    expect((await cloud.execution('f1.0.10')).status).toBe('ABORTED');
  });

  it('has pages of as many items as fit into one', () => {
    const { list, pageSize } = itemListOf(
      0,
      Array.from({ length: 500 }, () => 'x'.repeat(10_000)),
    );
    expect(pageSize).toBe(25);
    expect(list.pages).toHaveLength(20);
    expect(itemListOf(0, [1, 2, 3])).toMatchObject({ pageSize: 200, list: { pages: [[1, 2, 3]] } });
  });
});

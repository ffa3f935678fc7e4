import { describe, expect, it } from 'vitest';
import { type AnyActorLogic, assign, setup } from 'xstate';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { parseMachineState, prepareMachine, statesWithin } from '../../orchestrator/core/machine/index.ts';
import type { ListLimits } from '../../orchestrator/core/policy/listLimits.ts';
import { noLists, withListResults } from '../../orchestrator/table/listResults.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { type EachOptions, each, worker } from '../../workers/index.ts';
import { seeds } from '../support/seeds.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

/** An actor for each item, and how many items there are: more than 200 are worked on in parts. */
export interface ListForm {
  readonly actor: unknown;
  readonly count: number;
}

type Deliveries = [name: string, faults: DeliveryFaults[]][];

export const deliveries: Deliveries = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', seeds(3).map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  ['with every delivery unkind', seeds(3).map((seed) => ({ seed, ...unkindDelivery }))],
];

const retries = { timeout: '60s', retry: { maxAttempts: 4, interval: '1s' } } as const;
export const halve = worker<number, number>(retries);

/** A machine of one task. */
export const halving = setup({
  types: { input: {} as number, context: {} as { number: number; half: number } },
  actors: { halve },
}).createMachine({
  id: 'halving',
  context: ({ input }) => ({ number: input, half: 0 }),
  initial: 'halving',
  states: {
    halving: {
      invoke: {
        src: 'halve',
        input: ({ context }) => context.number,
        onDone: { target: 'halved', actions: assign({ half: ({ event }) => event.output }) },
      },
    },
    halved: { type: 'final' },
  },
  output: ({ context }) => context.half,
});

function listOf(actor: unknown, options: EachOptions, onError = true) {
  return setup({
    types: { input: {} as { count: number }, context: {} as { count: number; work: unknown } },
    actors: { work: each(actor as typeof halve, options) as AnyActorLogic },
  }).createMachine({
    id: 'list',
    context: ({ input }) => ({ count: input.count, work: null }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          input: ({ context: { count } }: { context: { count: number } }) =>
            Array.from({ length: count }, (_, number) => number),
          onDone: { target: 'done', actions: assign({ work: ({ event }) => event.output }) },
          ...(onError && {
            onError: {
              target: 'done',
              actions: assign({ work: ({ event }) => Reflect.get(event.error as object, 'name') }),
            },
          }),
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context.work,
  });
}

const plain: DeliveryFaults = { seed: 1 };
const threshold = 'States.ExceedToleratedFailureThreshold';

/** A list whose items take ten seconds each. */
class Run {
  readonly cloud: SimulatedCloud;
  readonly #machine: ReturnType<typeof listOf>;
  readonly #count: number;
  readonly #begun = new Set<number>();

  constructor(
    machine: ReturnType<typeof listOf>,
    count: number,
    faults: DeliveryFaults,
    fails: (n: number) => boolean = () => false,
  ) {
    const half = (n: number) => {
      this.#begun.add(n);
      if (fails(n)) throw Object.assign(new RangeError(`Not ${n}.`), { retryable: false });
      return n / 2;
    };
    this.#machine = machine;
    this.#count = count;
    this.cloud = new SimulatedCloud([machine], { work: half, 'work::halve': half, halve: half }, faults);
    this.cloud.lambda.hooks = { ...this.cloud.lambda.hooks, faultOf: () => ({ takes: '10s' }) };
  }

  /** Starts it and lets some items end. */
  async begin(): Promise<void> {
    await this.cloud.start('list', 'l1', { M: { count: { N: String(this.#count) } } });
    await this.cloud.advance(35_000);
  }

  async update(number: number, limits: ListLimits): Promise<void> {
    const content = { control: 'updateList', task: 0, number, limits } as const;
    await this.cloud.operate('l1', content, `update-${number}`);
  }

  /** Whether the worker of an item has begun. */
  hasBegun(n: number): boolean {
    return this.#begun.has(n);
  }

  /** Items that are worked on, in all executions. */
  get inFlight(): number {
    const running = this.cloud.table.allExecutions().filter(({ status }) => status === 'RUNNING');
    return running.reduce((sum, { lists = [], snapshot = '{}' }) => {
      const hosted = [...statesWithin(parseMachineState(snapshot))].flatMap((state) => state.lists ?? []);
      const open = [
        ...lists.map((list) => list.open.length),
        ...hosted.map((list) => Object.keys(list.open).length),
      ];
      return open.reduce((all, each) => all + each, sum);
    }, 0);
  }

  /** The most items that were worked on at a time. */
  async most(seconds: number): Promise<number> {
    let most = 0;
    for (let second = 0; second < seconds; second++) {
      await this.cloud.advance(1000);
      most = Math.max(most, this.inFlight);
    }
    return most;
  }

  async end(status = 'SUCCEEDED'): Promise<unknown> {
    await this.cloud.advance(24 * 3_600_000);
    const execution = await this.cloud.execution('l1');
    expect(execution.status).toBe(status);
    const running = this.cloud.table.allExecutions().filter((each) => each.status === 'RUNNING');
    expect(running.map(({ executionId }) => executionId)).toEqual([]);
    await this.#expectReplays();
    return execution.output;
  }

  async verdicts(): Promise<string[]> {
    const { segments, execution } = await this.cloud.table.executions.readHistory('l1');
    return [...segments, execution?.log ?? '']
      .flatMap(parseLog)
      .filter(({ reference }) => reference.startsWith('event#update'))
      .map(({ reference, verdict }) => {
        const word = verdict.type === 'ignored' ? verdict.reason : verdict.type;
        return `${reference.slice('event#'.length)} ${word}`;
      });
  }

  async #expectReplays(): Promise<void> {
    const lookup = machineLookup([prepareMachine(this.#machine)]);
    for (const { executionId, machineVersion = '' } of this.cloud.table.allExecutions()) {
      const { journal, segments, execution } = await this.cloud.table.executions.readHistory(executionId);
      const log = [...segments, execution?.log ?? ''].flatMap(parseLog);
      const lists = noLists();
      const replayed = await withListResults(this.cloud.table, executionId, lists, () =>
        [...replay(lookup, { executionId, machineVersion, journal, log, ...lists })].at(-1),
      );
      expect(replayed?.snapshot, executionId).toBe(execution?.snapshot);
      expect(replayed?.output, executionId).toEqual(execution?.output);
      expect(replayed?.lists, executionId).toEqual(execution?.lists);
    }
  }
}

const halves = (count: number) => Array.from({ length: count }, (_, n) => n / 2);

/** The promises for every list whose limits are updated. */
export function describeListUpdates(name: string, { actor, count }: ListForm, deliveries: Deliveries): void {
  describe(`the limits of a list ${name}, while it is worked on`, () => {
    it.each(deliveries)('let more items be worked on at a time, %s', async (__, runs) => {
      for (const faults of runs) {
        const run = new Run(listOf(actor, { concurrency: 2 }), count, faults);
        await run.begin();
        expect(run.inFlight).toBeLessThanOrEqual(2);
        await run.update(1, { concurrency: 12, tolerated: 0 });
        expect(await run.most(25)).toBe(12);
        expect(await run.end()).toEqual(halves(count));
        expect(await run.verdicts()).toEqual(['update-1 applied']);
      }
    });

    it.each(deliveries)(
      'let fewer items be worked on, and those that have begun end, %s',
      async (__, runs) => {
        for (const faults of runs) {
          const run = new Run(listOf(actor, { concurrency: 12 }), count, faults);
          await run.begin();
          await run.update(1, { concurrency: 4, tolerated: 0 });
          // Longer than the deadline of an invocation that is lost.
          await run.cloud.advance(140_000);
          expect(await run.most(20)).toBe(4);
          expect(await run.end()).toEqual(halves(count));
        }
      },
    );

    it('are those of the last update, in whatever order updates come', async () => {
      const seen = new Set<string>();
      for (let seed = 1; seed <= 5; seed++) {
        const run = new Run(listOf(actor, { concurrency: 6 }), count, {
          seed,
          duplicate: 0.5,
          maximumDelayMs: 3000,
        });
        await run.begin();
        await run.update(1, { concurrency: 20, tolerated: 9 });
        await run.update(2, { concurrency: 5, tolerated: 0 });
        await run.cloud.advance(40_000);
        expect(await run.most(15)).toBe(5);
        for (const each of await run.verdicts()) seen.add(each);
        if (seed === 1) expect(await run.end()).toEqual(halves(count));
      }
      expect([...seen].sort()).toEqual(['update-1 Superseded', 'update-1 applied', 'update-2 applied']);
    });

    it.each(deliveries)('tolerate more failures, %s', async (__, runs) => {
      for (const faults of runs) {
        const fails = (n: number) => n % 20 === 3;
        const run = new Run(listOf(actor, { concurrency: 5, tolerateFailures: 1 }), count, faults, fails);
        await run.begin();
        await run.update(1, { concurrency: 5, tolerated: count });
        const output = await run.end();
        const expected = halves(count).map((half, n) => (fails(n) ? expect.objectContaining({}) : half));
        expect(output).toEqual(expected);
      }
    });

    it.each(deliveries)(
      'fail it where more items have failed than the new ones tolerate, %s',
      async (__, runs) => {
        for (const faults of runs) {
          const options = { concurrency: 12, tolerateFailures: '100%' } as const;
          const run = new Run(listOf(actor, options), count, faults, (n) => n % 5 === 3);
          await run.begin();
          await run.update(1, { concurrency: 12, tolerated: 1 });
          await run.cloud.advance(20_000);
          expect(run.inFlight).toBe(0);
          expect(await run.end()).toBe(threshold);
        }
      },
    );

    it('with outcomesInError, an update that fails it ends its parts', async () => {
      const options = { concurrency: 12, tolerateFailures: '100%', outcomesInError: true } as const;
      const run = new Run(listOf(actor, options), count, plain, (n) => n % 5 === 3);
      await run.begin();
      await run.update(1, { concurrency: 12, tolerated: 1 });
      await run.update(2, { concurrency: 12, tolerated: count });
      await run.cloud.advance(20_000);
      expect(run.inFlight).toBe(0);
      expect(await run.end()).toBe(threshold);
    });

    it('are applied once an execution that is suspended goes on', async () => {
      const run = new Run(listOf(actor, { concurrency: 2 }), count, plain);
      await run.begin();
      await run.cloud.control('l1', 'suspend');
      await run.cloud.advance(1000);
      await run.update(1, { concurrency: 12, tolerated: 0 });
      await run.cloud.advance(1000);
      expect(await run.verdicts()).toEqual([]);
      await run.cloud.control('l1', 'resume');
      expect(await run.most(25)).toBe(12);
      expect(await run.end()).toEqual(halves(count));
    });

    it('are ignored once it has ended, and for a list that does not exist', async () => {
      const run = new Run(listOf(actor, { concurrency: 20 }), count, plain);
      await run.begin();
      const content = {
        control: 'updateList',
        task: 7,
        number: 1,
        limits: { concurrency: 1, tolerated: 0 },
      } as const;
      await run.cloud.operate('l1', content, 'update-7');
      await run.cloud.advance(1000);
      expect(await run.end()).toEqual(halves(count));
      await run.update(1, { concurrency: 1, tolerated: 0 });
      await run.cloud.advance(1000);
      expect(await run.verdicts()).toEqual(['update-7 NotOpen', 'update-1 Ended']);
    });

    it('decide with those that the executions know which work on it', async () => {
      const seen = new Set<string>();
      for (let seed = 1; seed <= 6; seed++) {
        const options = { concurrency: 9, tolerateFailures: 0 } as const;
        const failing = Math.floor(count / 2);
        const run = new Run(
          listOf(actor, options),
          count,
          { seed, maximumDelayMs: 3000 },
          (n) => n === failing,
        );
        await run.begin();
        while (!run.hasBegun(failing)) await run.cloud.advance(100);
        // Its result is on its way to those who count the failures.
        await run.cloud.advance(6000 + 1300 * seed);
        await run.update(1, { concurrency: 9, tolerated: 1 });
        const output = await run.end();
        seen.add(output === threshold ? threshold : 'done');
        if (output === threshold) continue;
        const expected = halves(count).map((half, n) => (n === failing ? expect.objectContaining({}) : half));
        expect(output).toEqual(expected);
      }
      expect([...seen].sort()).toEqual([threshold, 'done']);
    });
  });
}

/** Parts of a list have ended well, and are not redriven. */
export function describeRedrives(name: string, { actor, count }: ListForm): void {
  describe(`an execution that an update of its list ${name} has failed`, () => {
    it('goes on when it is redriven', async () => {
      let isRepaired = false;
      const fails = (n: number) => !isRepaired && n % 5 === 3;
      const machine = listOf(actor, { concurrency: 12, tolerateFailures: '100%' }, false);
      const run = new Run(machine, count, plain, fails);
      await run.begin();
      await run.update(1, { concurrency: 12, tolerated: 1 });
      await run.cloud.advance(20_000);
      expect((await run.cloud.execution('l1')).status).toBe('FAILED');
      isRepaired = true;
      await run.cloud.control('l1', 'redrive');
      const output = await run.end();
      expect(output).toHaveLength(count);
    });
  });
}

import { describe, expect, it } from 'vitest';
import { type AnyActorLogic, assign, setup } from 'xstate';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { noLists, withListResults } from '../../orchestrator/table/listResults.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { type EachOptions, type EachOutcome, each, itemOutcomesOf, worker } from '../../workers/index.ts';
import { seeds } from '../support/seeds.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', seeds(3).map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  ['with every delivery unkind', seeds(9).map((seed) => ({ seed, ...unkindDelivery, loseInvoke: 0 }))],
];

interface Item {
  readonly number: number;
  readonly text?: string;
}

const retries = { timeout: '60s', retry: { maxAttempts: 4, interval: '1s' } } as const;
const halve = worker<Item, number>(retries);

/** A machine of two tasks. */
const halving = setup({
  types: { input: {} as Item, context: {} as Item & { half: number } },
  actors: { halve, round: worker<number, number>(retries) },
}).createMachine({
  id: 'halving',
  context: ({ input }) => ({ ...input, half: 0 }),
  initial: 'halving',
  states: {
    halving: {
      invoke: {
        src: 'halve',
        input: ({ context }) => ({ number: context.number }),
        onDone: { target: 'rounding', actions: assign({ half: ({ event }) => event.output }) },
      },
    },
    rounding: {
      invoke: {
        src: 'round',
        input: ({ context }) => context.half,
        onDone: { target: 'rounded', actions: assign({ half: ({ event }) => event.output }) },
      },
    },
    rounded: { type: 'final' },
  },
  output: ({ context }) => context.half,
});

function listOf(actor: unknown, options: EachOptions) {
  return setup({
    types: {
      input: {} as { count: number; text?: string },
      context: {} as {
        count: number;
        text: string;
        error: unknown;
        outcomes: readonly EachOutcome[] | null;
        outputs: unknown;
      },
    },
    actors: { work: each(actor as typeof halve, options) as AnyActorLogic },
  }).createMachine({
    id: 'list',
    context: ({ input }) => ({
      count: input.count,
      text: input.text ?? '',
      error: null,
      outcomes: null,
      outputs: null,
    }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          input: ({ context: { count, text } }: { context: { count: number; text: string } }) =>
            Array.from({ length: count }, (_, number) => ({ number, ...(text !== '' && { text }) })),
          onDone: { target: 'done', actions: assign({ outputs: ({ event }) => event.output }) },
          onError: {
            target: 'done',
            actions: assign({
              outcomes: ({ event }) => itemOutcomesOf(event.error) ?? null,
              error: ({ event: { error } }) => ({
                name: Reflect.get(error as object, 'name'),
                failures: Reflect.get(error as object, 'failures'),
              }),
            }),
          },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context: { error, outcomes, outputs } }) => ({ error, outcomes, outputs }),
  });
}

interface Output {
  readonly error: { readonly name: string; readonly failures: number } | null;
  readonly outcomes: readonly EachOutcome<number>[] | null;
}

const fails = (number: number) => number % 10 === 7;

/** The items whose worker has begun, and those whose worker has ended well. */
function countingWorkers() {
  const begun = new Set<number>();
  const workers: Workers = {
    work: (item: Item) => half(item),
    'work::halve': (item: Item) => half(item),
    'work::round': (value: number) => Math.floor(value),
    halve: (item: Item) => half(item),
    round: (value: number) => Math.floor(value),
  };
  function half({ number }: Item): number {
    begun.add(number);
    if (fails(number)) throw Object.assign(new RangeError(`Not ${number}.`), { retryable: false });
    return number / 2;
  }
  return { begun, workers };
}

async function run(
  machine: ReturnType<typeof listOf>,
  input: { count: number; text?: string },
  faults: DeliveryFaults,
) {
  const store = new MemoryStore(() => Date.parse('2026-01-01T00:00:00Z'));
  const { begun, workers } = countingWorkers();
  const cloud = new SimulatedCloud([machine], workers, faults, new StoredJson(store), store);
  const given = { count: { N: String(input.count) }, ...(input.text && { text: { S: input.text } }) };
  await cloud.start('list', 'l1', { M: given });
  await cloud.advance(3_600_000);
  const { status, output } = await cloud.execution('l1');
  expect(status).toBe('SUCCEEDED');
  return { cloud, begun, output: output as unknown as Output };
}

/** Replays every execution of the list to what is stored, byte for byte. */
async function expectReplays(cloud: SimulatedCloud, machine: ReturnType<typeof listOf>): Promise<void> {
  const lookup = machineLookup([prepareMachine(machine)]);
  for (const stored of cloud.table.allExecutions()) {
    const { executionId, machineVersion = '' } = stored;
    const { journal, segments, execution } = await cloud.table.executions.readHistory(executionId);
    const log = [...segments, execution?.log ?? ''].flatMap(parseLog);
    const lists = noLists();
    const replayed = await withListResults(cloud.table, executionId, lists, () =>
      [...replay(lookup, { executionId, machineVersion, journal, log, ...lists })].at(-1),
    );
    expect(replayed?.snapshot, executionId).toBe(execution?.snapshot);
    expect(replayed?.output, executionId).toEqual(execution?.output);
  }
}

const lists: [name: string, actor: unknown, input: { count: number; text?: string }, options: EachOptions][] =
  [
    ['of tasks', halve, { count: 40 }, { concurrency: 5, tolerateFailures: 2 }],
    // Three parts at a time, of five.
    ['of tasks in parts', halve, { count: 900 }, { concurrency: 3, tolerateFailures: 4 }],
    ['of machines', halving, { count: 40 }, { concurrency: 5, tolerateFailures: 2 }],
    ['of machines in parts', halving, { count: 900 }, { concurrency: 3, tolerateFailures: 4 }],
    [
      'of machines with large inputs',
      halving,
      { count: 24, text: 'x'.repeat(30_000) },
      { concurrency: 2, tolerateFailures: 0 },
    ],
  ];

describe.each(lists)('a list %s that fails, with outcomesInError', (_, actor, input, options) => {
  it.each(deliveries)('says what each item came to, %s', async (__, runs) => {
    const machine = listOf(actor, { ...options, outcomesInError: true });
    for (const faults of runs) {
      const { cloud, begun, output } = await run(machine, input, faults);
      const { error, outcomes } = output;
      expect(error?.name).toBe('States.ExceedToleratedFailureThreshold');
      expect(outcomes).toHaveLength(input.count);
      const numbersOf = (status: string) =>
        (outcomes ?? []).flatMap((outcome, n) => (outcome.status === status ? [n] : []));
      expect(numbersOf('error')).toHaveLength(error?.failures ?? 0);
      expect(numbersOf('error').every(fails)).toBe(true);
      for (const n of numbersOf('error')) {
        expect(outcomes?.[n]).toEqual({
          status: 'error',
          error: { name: 'RangeError', message: `Not ${n}.`, retryable: false },
        });
      }
      const rounded = (n: number) => (actor === halving ? Math.floor(n / 2) : n / 2);
      for (const n of numbersOf('done')) {
        expect(outcomes?.[n]).toEqual({ status: 'done', output: rounded(n) });
      }
      expect(numbersOf('done').length).toBeGreaterThan(0);
      expect(numbersOf('notStarted').length).toBeGreaterThan(0);
      expect(numbersOf('notStarted').filter((n) => begun.has(n))).toEqual([]);
      expect([...numbersOf('done'), ...numbersOf('error')].filter((n) => !begun.has(n))).toEqual([]);
      // A part that was ended says what its own items had come to.
      if (input.count === 900) expect(numbersOf('done').some((n) => n >= 200)).toBe(true);
      // Nothing is worked on any more, and no item is without an outcome.
      const running = cloud.table.allExecutions().filter(({ status }) => status === 'RUNNING');
      expect(running.map(({ executionId }) => executionId)).toEqual([]);
      await expectReplays(cloud, machine);
    }
  });

  it('says nothing of them without the option, and gives the outputs where it does not fail', async () => {
    const without = await run(listOf(actor, options), input, { seed: 1 });
    expect(without.output).toMatchObject({ outcomes: null, outputs: null });
    const some = { concurrency: 20, tolerateFailures: '50%' } as const;
    const tolerant = listOf(actor, { ...some, outcomesInError: true });
    const plain = listOf(actor, some);
    await expectReplays(without.cloud, listOf(actor, options));
    const all = await run(tolerant, input, { seed: 1 });
    expect(all.output).toEqual((await run(plain, input, { seed: 1 })).output);
    expect(all.output).toMatchObject({ error: null });
    await expectReplays(all.cloud, tolerant);
  });
});

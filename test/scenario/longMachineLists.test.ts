import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, sendParent, setup } from 'xstate';
import { prepareMachines, stepMachine } from '../../orchestrator/core/machine/index.ts';
import { testCloud } from '../../testing/index.ts';
import { type EachOptions, each, type FailedItem, worker } from '../../workers/index.ts';

const tripling = setup({
  types: { input: {} as number, context: {} as { value: number }, output: {} as number },
  actors: { double: worker<number, number>(), add: worker<readonly [number, number], number>() },
}).createMachine({
  id: 'tripling',
  context: ({ input }) => ({ value: input }),
  initial: 'doubling',
  states: {
    doubling: {
      invoke: { src: 'double', input: ({ context }) => context.value, onDone: 'adding' },
    },
    adding: {
      invoke: {
        src: 'add',
        input: ({ context }) => [context.value, 2 * context.value],
        onDone: { target: 'done', actions: assign({ value: ({ event }) => event.output }) },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.value,
});

/** A machine that works on a list of numbers from 0, and takes events of its items. */
function rangeOf<Machine extends AnyStateMachine>(item: Machine, options: EachOptions = {}) {
  return setup({
    types: {
      input: {} as { count: number; text?: string },
      context: {} as {
        count: number;
        text: string;
        told: number;
        error: unknown;
        output: readonly unknown[];
      },
      events: {} as { type: 'TOLD' },
    },
    actors: { work: each(item as AnyStateMachine, options) },
  }).createMachine({
    id: 'range',
    context: ({ input }) => ({
      count: input.count,
      text: input.text ?? '',
      told: 0,
      error: null,
      output: [],
    }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          input: ({ context: { count, text } }) =>
            Array.from({ length: count }, (_, value) => (text === '' ? value : { value, text })),
          onDone: { target: 'done', actions: assign({ output: ({ event }) => event.output }) },
          onError: { target: 'done', actions: assign({ error: ({ event }) => event.error }) },
        },
        on: { TOLD: { actions: assign({ told: ({ context }) => context.told + 1 }) } },
      },
      done: { type: 'final' },
    },
    output: ({ context: { output, error, told } }) => ({ output, error, told }),
  });
}

const workers = { double: (value: number) => 2 * value, add: ([a, b]: readonly [number, number]) => a + b };

async function run(
  machine: AnyStateMachine,
  input: { count: number; text?: string },
  work: object = workers,
) {
  const cloud = testCloud([machine], work as never, { maxEvents: 1_000_000 });
  const { executionId } = await cloud.start('range', { input } as never);
  const description = await cloud.runToEnd(executionId);
  const { items } = await cloud.client.list({ machine: 'range.work' });
  const ids = items.map((each) => each.executionId);
  const outcomes = [];
  for (const id of [executionId, ...ids]) outcomes.push((await cloud.client.replay(id, [machine])).outcome);
  return { ...description, parts: ids.length, outcomes: [...new Set(outcomes)], cloud };
}

function numbers(count: number, of: (value: number) => unknown) {
  return Array.from({ length: count }, (_, value) => of(value));
}

describe('a long list of machines', () => {
  it('is worked on by a tree of executions, with the outputs in order', async () => {
    const { output, parts, outcomes } = await run(rangeOf(tripling), { count: 210 });
    expect(output).toEqual({ output: numbers(210, (value) => 3 * value), error: null, told: 0 });
    expect({ parts, outcomes }).toEqual({ parts: 3, outcomes: ['equal'] });
  });

  it('of few large items, too', async () => {
    const keeping = setup({ types: { input: {} as { value: number; text: string }, output: {} as number } });
    const machine = keeping.createMachine({
      id: 'keeping',
      context: ({ input }) => input,
      initial: 'resting',
      states: { resting: { after: { 1000: 'done' } }, done: { type: 'final' } },
      output: ({ context }) => (context as { value: number }).value,
    });
    const { output, parts, outcomes } = await run(
      rangeOf(machine),
      { count: 6, text: 'x'.repeat(40_000) },
      {},
    );
    expect(output).toMatchObject({ output: [0, 1, 2, 3, 4, 5] });
    expect({ parts, outcomes }).toEqual({ parts: 4, outcomes: ['equal'] });
    const one = await run(rangeOf(machine), { count: 1, text: 'x'.repeat(120_000) }, {});
    expect(one.output).toMatchObject({ output: [0] });
    expect({ parts: one.parts, outcomes: one.outcomes }).toEqual({ parts: 1, outcomes: ['equal'] });
  });

  it('has tolerated failures in their places', async () => {
    const failing = {
      ...workers,
      add: ([a, b]: readonly [number, number]) => {
        if (a % 100 === 7) throw new RangeError(`Not ${a}.`);
        return a + b;
      },
    };
    const { output, outcomes } = await run(
      rangeOf(tripling, { tolerateFailures: 5 }),
      { count: 210 },
      failing,
    );
    const { output: list } = output as { output: readonly (number | FailedItem)[] };
    expect(list[207]).toEqual({ error: { name: 'RangeError', message: 'Not 207.' } });
    expect(list.filter((entry) => typeof entry === 'number')).toHaveLength(207);
    expect(outcomes).toEqual(['equal']);
  });

  it('fails beyond that, with the error of an item as the cause', async () => {
    const failing = {
      ...workers,
      double: (value: number) => {
        if (value === 205) throw new RangeError('Not this one.');
        return value;
      },
    };
    const { output, outcomes } = await run(rangeOf(tripling), { count: 210 }, failing);
    expect(output).toMatchObject({
      error: {
        name: 'States.ExceedToleratedFailureThreshold',
        errors: [{ index: 205, name: 'RangeError', message: 'Not this one.' }],
        cause: { name: 'RangeError', message: 'Not this one.' },
      },
    });
    expect(outcomes).toEqual(['equal']);
  });

  it('has what its items send to their parent reach the machine that works on it', async () => {
    const telling = setup({ types: { input: {} as number } }).createMachine({
      id: 'telling',
      context: ({ input }) => ({ value: input }),
      initial: 'done',
      entry: sendParent({ type: 'TOLD' }),
      states: { done: { type: 'final' } },
      output: ({ context }) => (context as { value: number }).value,
    });
    const { output } = await run(rangeOf(telling), { count: 250 }, {});
    expect(output).toMatchObject({ told: 250 });
  });

  it('may be that of an item', async () => {
    const { executionId, cloud, machine } = await nested();
    const { output } = await cloud.runToEnd(executionId);
    expect(output).toMatchObject({ output: [{ output: numbers(210, (value) => 3 * value) }] });
    expect(await cloud.client.replay(executionId, [machine])).toMatchObject({ outcome: 'equal' });
  });
});

async function nested() {
  const machine = setup({ actors: { inner: each(rangeOf(tripling)) } }).createMachine({
    id: 'outer',
    initial: 'working',
    states: {
      working: { invoke: { src: 'inner', input: [{ count: 210 }], onDone: 'done' } },
      done: { type: 'final', output: ({ event }) => event.output },
    },
    output: ({ event }) => ({ output: event.output }),
  });
  const cloud = testCloud([machine], workers as never, { maxEvents: 100_000 });
  const { executionId } = await cloud.start('outer', {});
  return { executionId, cloud, machine };
}

describe('a list of machines that are not all worked on at once', () => {
  it('keeps the items that wait out of what every step stores', () => {
    const [machine] = prepareMachines([rangeOf(tripling, { concurrency: 2 })]);
    if (!machine) throw new Error('There is no machine.');
    const input = { count: 150, text: 'a text of some length' };
    const at = { now: 0, actor: { id: 'range' } };
    const step = stepMachine(machine, undefined, { type: 'start', input }, at);
    if (step.type === 'ignored') throw new Error(step.reason);
    expect(step.effects.filter(({ type }) => type === 'startTask')).toHaveLength(2);
    expect(step.effects.filter(({ type }) => type === 'keepItems')).toHaveLength(1);
    expect(step.stored.length).toBeLessThan(1000);
  });

  it('works on all of them in their order', async () => {
    const { output, outcomes } = await run(rangeOf(tripling, { concurrency: 3 }), { count: 199 });
    expect(output).toMatchObject({ output: numbers(199, (value) => 3 * value) });
    expect(outcomes).toEqual(['equal']);
  });
});

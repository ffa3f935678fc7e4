import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { testCloud } from '../../testing/index.ts';
import { each, itemOutcomesOf } from '../../workers/index.ts';

/** Keys that stored data uses as marks, and `$$error`, which is what it makes of one. */
const odd = {
  $error: true,
  name: 'n',
  inner: [{ $undefined: true }, { $thrown: { $actor: 'a' } }],
  $$error: 1,
};

interface Item {
  readonly value: unknown;
  readonly fails?: boolean;
}

const echo = setup({ types: { input: {} as Item, context: {} as { value: unknown } } }).createMachine({
  id: 'echo',
  context: ({ input }) => {
    if (input.fails) throw new Error('no');
    return { value: input.value };
  },
  initial: 'over',
  states: { over: { type: 'final' } },
  output: ({ context }) => context.value,
});

const list = setup({
  types: { input: {} as readonly Item[], context: {} as { items: readonly Item[]; result: unknown } },
  actors: { work: each(echo, { outcomesInError: true, concurrency: 1 }) },
}).createMachine({
  id: 'list',
  context: ({ input }) => ({ items: input, result: null }),
  initial: 'working',
  states: {
    working: {
      invoke: {
        src: 'work',
        input: ({ context }) => context.items,
        onDone: { target: 'done', actions: assign({ result: ({ event }) => event.output }) },
        onError: { target: 'done', actions: assign({ result: ({ event }) => itemOutcomesOf(event.error) }) },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.result,
});

async function outputOf(items: readonly Item[]): Promise<unknown> {
  const cloud = testCloud([list], {});
  const { executionId } = await cloud.start('list', { input: items });
  const { output } = await cloud.runToEnd(executionId);
  expect(await cloud.client.replay(executionId, { machines: [list] })).toMatchObject({ outcome: 'equal' });
  return output;
}

describe("outputs of items' machines with keys like those of stored marks", () => {
  it('come back as they are', async () => {
    expect(await outputOf([{ value: odd }, { value: 1 }, { value: { odd } }])).toEqual([odd, 1, { odd }]);
  });

  it('come back as they are among the outcomes of a list that fails', async () => {
    const outcomes = await outputOf([{ value: odd }, { value: null, fails: true }, { value: 2 }]);
    expect(outcomes).toMatchObject([
      { status: 'done', output: odd },
      { status: 'error' },
      { status: 'notStarted' },
    ]);
  });
});

import { assign, fromPromise, setup } from 'xstate';
import { receiptOf } from '../receipt.ts';

interface Passed {
  readonly passed: number;
  readonly resultBytes: number;
}

/** Like `sequential`, of promises: the worker host runs them, each of which answers with a receipt of so many bytes. */
function relay(tasks: number) {
  const stateOf = (number: number) => [
    `task${number}`,
    {
      invoke: {
        src: 'book',
        input: ({ context }: { context: Passed }) => ({ number: context.passed, bytes: context.resultBytes }),
        onDone: { target: number < tasks ? `task${number + 1}` : 'passed', actions: 'take' },
      },
    },
  ];
  const states = Object.fromEntries(Array.from({ length: tasks }, (_, i) => stateOf(i + 1)));
  return setup({
    types: { context: {} as Passed, input: {} as { from: number; resultBytes?: number } },
    actors: {
      book: fromPromise<object, { number: number; bytes: number }>(async ({ input }) =>
        receiptOf(input.number, input.bytes),
      ),
    },
    actions: { take: assign({ passed: ({ context }) => context.passed + 1 }) },
  }).createMachine({
    id: `relay-${tasks}`,
    context: ({ input }) => ({ passed: input.from, resultBytes: input.resultBytes ?? 100 }),
    initial: 'task1',
    states: { ...states, passed: { type: 'final' } },
  });
}

export const relay1 = relay(1);
export const relay5 = relay(5);
export const relay20 = relay(20);
export const relay50 = relay(50);

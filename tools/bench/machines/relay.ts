import { assign, fromPromise, setup } from 'xstate';
import { receiptOf } from '../receipt.ts';

interface Passed {
  readonly passed: number;
  readonly resultBytes: number;
}

/** The way that the steps take: see docs/how-it-works.md. */
const settings = {
  stream: { chain: false },
  inline: { chain: true },
  checkpoint: { checkpoint: { every: '5s' } },
} as const;

/** Like `sequential`, of promises: the worker host runs them, each of which answers with a receipt of so many bytes. */
function relay(mode: keyof typeof settings, tasks: number) {
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
    id: `relay-${mode}-${tasks}`,
    meta: { millrace: settings[mode] },
    context: ({ input }) => ({ passed: input.from, resultBytes: input.resultBytes ?? 100 }),
    initial: 'task1',
    states: { ...states, passed: { type: 'final' } },
  });
}

export const relayByStream20 = relay('stream', 20);
export const relayByStream100 = relay('stream', 100);
export const relay1 = relay('inline', 1);
export const relay5 = relay('inline', 5);
export const relay20 = relay('inline', 20);
export const relay50 = relay('inline', 50);
export const relay100 = relay('inline', 100);
export const checkpointed1 = relay('checkpoint', 1);
export const checkpointed5 = relay('checkpoint', 5);
export const checkpointed20 = relay('checkpoint', 20);
export const checkpointed50 = relay('checkpoint', 50);
export const checkpointed100 = relay('checkpoint', 100);

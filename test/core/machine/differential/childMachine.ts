import { assign, createMachine, sendParent } from 'xstate';
import { thrownOf } from './thrown.ts';

export interface ChildContext {
  readonly n: number;
  readonly asked: number;
}

/** Generated machines invoke it as a child: it answers, reports of its own accord, ends and fails, as its events say. */
export const childMachine = createMachine({
  id: 'child',
  types: {} as { context: ChildContext; input: { n: number } },
  context: ({ input }) => ({ n: input.n, asked: 0 }),
  initial: 'waiting',
  output: ({ context }) => context.asked,
  on: {
    ASK: {
      actions: [
        assign({ asked: ({ context }) => context.asked + 1 }),
        sendParent(({ context }) => ({ type: context.asked % 2 === 1 ? 'A' : 'C', v: context.asked })),
      ],
    },
    BYE: { actions: sendParent({ type: 'B', v: 9 }) },
    FAIL: {
      actions: assign(({ context }) => {
        throw thrownOf(context.n);
      }),
    },
    FINISH: '.finished',
  },
  states: {
    // No timer of a generated machine is due at the same time.
    waiting: { after: { 17.5: { target: 'late', actions: sendParent({ type: 'C', v: 'late' }) } } },
    late: {},
    finished: { type: 'final' },
  },
});

/** The events that it accepts. */
export const childEvents = ['ASK', 'ASK', 'BYE', 'FINISH', 'FAIL'] as const;

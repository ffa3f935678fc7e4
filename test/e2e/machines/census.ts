import { each, worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { AddInput } from '../workers/add.ts';

/** A list of as many items as its input says. */
export const census = setup({
  types: {
    input: {} as { count: number },
    context: {} as { count: number; first: number[]; sum: number },
    output: {} as { first: number[]; sum: number },
  },
  actors: {
    add: each(worker<AddInput, number>({ timeout: '60s', retry: { maxAttempts: 3 } }), { concurrency: 30 }),
  },
}).createMachine({
  id: 'census',
  context: ({ input }) => ({ ...input, first: [], sum: 0 }),
  initial: 'counting',
  output: ({ context: { first, sum } }) => ({ first, sum }),
  states: {
    counting: {
      invoke: {
        src: 'add',
        input: ({ context }) => Array.from({ length: context.count }, (_, to) => ({ to })),
        onDone: {
          target: 'counted',
          actions: assign(({ event: { output } }) => ({
            first: output.slice(0, 3),
            sum: output.reduce((sum, each) => sum + each, 0),
          })),
        },
      },
    },
    counted: { type: 'final' },
  },
});

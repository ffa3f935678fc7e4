import { worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { AddInput } from '../workers/add.ts';

/** Three tasks in a row; every result that is applied is counted, so one that is applied twice shows. */
export const tally = setup({
  types: {
    input: {} as { from: number },
    context: {} as { sum: number; applied: number },
    output: {} as { sum: number; applied: number },
  },
  actors: {
    add: worker<AddInput, number>({
      timeout: '4s',
      retry: { maxAttempts: 50, interval: '200ms', backoffRate: 1 },
    }),
  },
}).createMachine({
  id: 'tally',
  context: ({ input }) => ({ sum: input.from, applied: 0 }),
  initial: 'adding',
  states: {
    adding: {
      invoke: {
        src: 'add',
        input: ({ context }) => ({ to: context.sum }),
        onDone: {
          target: 'added',
          actions: assign({
            sum: ({ event }) => event.output,
            applied: ({ context }) => context.applied + 1,
          }),
        },
      },
    },
    added: {
      always: [{ guard: ({ context }) => context.applied < 3, target: 'adding' }, { target: 'summed' }],
    },
    summed: { type: 'final' },
  },
  output: ({ context }) => context,
});

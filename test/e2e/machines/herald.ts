import { worker } from 'millrace/workers';
import { emit, setup } from 'xstate';
import type { AddInput } from '../workers/add.ts';

/** Says what it does: at its start, when its task is done, and at its end. */
export const herald = setup({
  types: {
    input: {} as { from: number },
    context: {} as { from: number },
    emitted: {} as { type: 'called'; what: string } | { type: 'counted'; sum: number },
  },
  actors: {
    add: worker<AddInput, number>({
      timeout: '4s',
      retry: { maxAttempts: 50, interval: '200ms', backoffRate: 1 },
    }),
  },
}).createMachine({
  id: 'herald',
  version: '1',
  context: ({ input }) => ({ from: input.from }),
  initial: 'counting',
  states: {
    counting: {
      entry: emit(({ context }) => ({ type: 'called', what: `I count from ${context.from}` })),
      invoke: {
        src: 'add',
        input: ({ context }) => ({ to: context.from }),
        onDone: { target: 'home', actions: emit(({ event }) => ({ type: 'counted', sum: event.output })) },
      },
    },
    home: { type: 'final', entry: emit({ type: 'called', what: 'done' }) },
  },
  output: ({ context }) => context,
});

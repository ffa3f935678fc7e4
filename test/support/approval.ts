import { assign, setup } from 'xstate';
import { worker } from '../../workers/index.ts';

/** Asks a person, and goes on with the answer. */
export const approval = setup({
  types: { context: {} as { answer: unknown } },
  actors: { ask: worker<unknown, unknown>({ waitForResult: true, heartbeat: '1d' }) },
}).createMachine({
  id: 'approval',
  context: { answer: null },
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'ask',
        onDone: { target: 'answered', actions: assign({ answer: ({ event }) => event.output }) },
        onError: {
          target: 'refused',
          actions: assign({ answer: ({ event }) => (event.error as Error).name }),
        },
      },
    },
    answered: { type: 'final' },
    refused: { type: 'final' },
  },
  output: ({ context }) => context.answer,
});

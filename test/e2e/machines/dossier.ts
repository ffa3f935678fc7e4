import { worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { Pages } from '../workers/annotate.ts';

/** Pages go in, to a worker and back, more come by an event, and all of them are the output: as large as a test likes. */
export const dossier = setup({
  types: {
    input: {} as Pages,
    context: {} as Pages,
    events: {} as { type: 'APPEND'; pages: string },
    output: {} as Pages,
  },
  actors: { annotate: worker<Pages, Pages>({ timeout: '30s' }) },
}).createMachine({
  id: 'dossier',
  context: ({ input }) => input,
  initial: 'annotating',
  states: {
    annotating: {
      invoke: {
        src: 'annotate',
        input: ({ context }) => context,
        onDone: { target: 'open', actions: assign(({ event }) => event.output) },
      },
    },
    open: {
      on: {
        APPEND: {
          target: 'closed',
          actions: assign({ pages: ({ context, event }) => context.pages + event.pages }),
        },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => context,
});

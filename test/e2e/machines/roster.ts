import { eachFromFile, type ListSummary } from 'millrace/workers';
import { fromPromise, setup } from 'xstate';

/** Has every row of a file of the store done by the worker host. */
export const roster = setup({
  types: { input: {} as { file: string }, context: {} as { file: string }, output: {} as ListSummary },
  actors: {
    enrol: eachFromFile(
      fromPromise(async ({ input }: { input: { name: string } }) => input.name.toUpperCase()),
      { concurrency: 20 },
    ),
  },
}).createMachine({
  id: 'roster',
  context: ({ input }) => ({ ...input }),
  initial: 'enrolling',
  states: {
    enrolling: {
      invoke: { src: 'enrol', input: ({ context }) => ({ items: context.file }), onDone: 'enrolled' },
    },
    enrolled: { type: 'final', output: ({ event }) => event.output },
  },
  output: ({ event }) => event.output as ListSummary,
});

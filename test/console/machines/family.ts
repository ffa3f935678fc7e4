import { fromPromise, setup } from 'xstate';
import { each, type ListSummary } from '../../../workers/index.ts';

const greeting = setup({
  types: { input: {} as { name: string }, output: {} as string },
  actors: {
    greet: fromPromise(async ({ input }: { input: { name: string } }) => `Hello, ${input.name}`),
  },
}).createMachine({
  id: 'greeting',
  context: ({ input }) => input,
  initial: 'greeting',
  states: {
    greeting: {
      invoke: { src: 'greet', input: ({ context }) => context as { name: string }, onDone: 'greeted' },
    },
    greeted: { type: 'final' },
  },
});

/** A child, and a list of which one item fails. */
export const family = setup({
  types: { input: {} as { names: readonly string[] }, context: {} as { names: readonly string[] } },
  actors: {
    greeting,
    measure: each(
      fromPromise(async ({ input }: { input: { name: string } }) => {
        if (input.name === '') throw new TypeError('No name.');
        return input.name.length;
      }),
    ),
  },
}).createMachine({
  id: 'family',
  context: ({ input }) => input,
  initial: 'greeting',
  states: {
    greeting: {
      invoke: {
        src: 'greeting',
        input: ({ context }) => ({ name: context.names[0] ?? '' }),
        onDone: 'measuring',
      },
    },
    measuring: {
      invoke: {
        src: 'measure',
        input: ({ context }) => ({ items: context.names.map((name) => ({ name })) }),
        onDone: 'measured',
        onError: 'measured',
      },
    },
    measured: { type: 'final' },
  },
  output: ({ event }) => (event as { output?: ListSummary }).output,
});

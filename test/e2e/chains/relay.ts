import { assign, fromPromise, setup } from 'xstate';

interface Context {
  readonly passed: number;
  readonly error?: string;
}

/** Promises one after the other, and side by side; one of them ends the process that runs it. */
export const relay = setup({
  types: { context: {} as Context },
  actors: {
    pass: fromPromise<number, number>(async ({ input }) => input + 1),
    crash: fromPromise<number, number>(() => process.exit(1)),
  },
  actions: { note: assign({ passed: ({ context }) => context.passed + 1 }) },
}).createMachine({
  id: 'relay',
  context: { passed: 0 },
  initial: 'one',
  states: {
    one: {
      invoke: {
        src: 'pass',
        input: ({ context }) => context.passed,
        onDone: { target: 'both', actions: 'note' },
      },
    },
    both: {
      type: 'parallel',
      states: {
        left: {
          initial: 'on',
          states: {
            on: {
              invoke: {
                src: 'pass',
                input: ({ context }) => context.passed,
                onDone: { target: 'off', actions: 'note' },
              },
            },
            off: { type: 'final' },
          },
        },
        right: {
          initial: 'on',
          states: {
            on: {
              invoke: {
                src: 'pass',
                input: ({ context }) => context.passed,
                onDone: { target: 'off', actions: 'note' },
              },
            },
            off: { type: 'final' },
          },
        },
      },
      onDone: 'crashing',
    },
    crashing: {
      invoke: {
        src: 'crash',
        input: 0,
        onDone: 'never',
        onError: {
          target: 'last',
          actions: assign({ error: ({ event }) => (event.error instanceof Error ? event.error.name : '') }),
        },
      },
    },
    never: { type: 'final' },
    last: {
      invoke: {
        src: 'pass',
        input: ({ context }) => context.passed,
        onDone: { target: 'over', actions: 'note' },
      },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => context,
});

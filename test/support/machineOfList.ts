import { assign, setup } from 'xstate';
import { type EachOptions, each, type FailedItem, type TaskPolicy, worker } from '../../workers/index.ts';

export interface Item {
  readonly number: number;
}

type Outputs = readonly (number | FailedItem)[];

/** A machine that has a worker do each item of its input. */
export function machineOfList(options: EachOptions, policy: TaskPolicy = {}) {
  return setup({
    types: {
      input: {} as { count: number },
      context: {} as { count: number; outputs: Outputs | null; error: unknown },
      output: {} as { outputs: Outputs | null; error: unknown },
    },
    actors: { double: each(worker<Item, number>(policy), options) },
  }).createMachine({
    id: 'fan',
    context: ({ input }) => ({ count: input.count, outputs: null, error: null }),
    initial: 'working',
    output: ({ context: { outputs, error } }) => ({ outputs, error }),
    states: {
      working: {
        invoke: {
          src: 'double',
          input: ({ context }) => Array.from({ length: context.count }, (_, number) => ({ number })),
          onDone: { target: 'done', actions: assign({ outputs: ({ event }) => event.output }) },
          onError: { target: 'done', actions: assign({ error: ({ event }) => event.error }) },
        },
        on: { LEAVE: 'left' },
      },
      left: { on: { END: 'done' } },
      done: { type: 'final' },
    },
  });
}

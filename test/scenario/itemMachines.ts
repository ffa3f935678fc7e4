import { type AnyStateMachine, assign, type InputFrom, setup } from 'xstate';
import { type EachOptions, each, worker } from '../../workers/index.ts';

/** A machine of two tasks, with a pause between them. */
export const fulfilment = setup({
  types: {
    input: {} as number,
    context: {} as { order: number; packed: number; sent: number },
    output: {} as number,
  },
  actors: {
    pack: worker<number, number>({ retry: { maxAttempts: 2, interval: '1s' } }),
    send: worker<number, number>(),
  },
}).createMachine({
  id: 'fulfilment',
  context: ({ input }) => ({ order: input, packed: 0, sent: 0 }),
  initial: 'packing',
  states: {
    packing: {
      invoke: {
        src: 'pack',
        input: ({ context }) => context.order,
        onDone: { target: 'resting', actions: assign({ packed: ({ event }) => event.output }) },
      },
    },
    resting: { after: { 60000: 'sending' } },
    sending: {
      invoke: {
        src: 'send',
        input: ({ context }) => context.packed,
        onDone: { target: 'sent', actions: assign({ sent: ({ event }) => event.output }) },
      },
    },
    sent: { type: 'final' },
  },
  output: ({ context }) => context.sent,
});

export const workers = { pack: (order: number) => order * 10, send: (packed: number) => packed + 1 };

/** A machine whose items are worked on by another. */
export function hostOf<Machine extends AnyStateMachine>(item: Machine, options: EachOptions = {}) {
  return setup({
    types: {
      input: {} as InputFrom<Machine>[],
      context: {} as { list: InputFrom<Machine>[]; output: unknown },
    },
    actors: { work: each(item, options) },
  }).createMachine({
    id: 'host',
    context: ({ input }) => ({ list: input, output: null }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          input: ({ context }) => context.list,
          onDone: { target: 'done', actions: assign({ output: ({ event }) => event.output }) },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context.output,
  });
}

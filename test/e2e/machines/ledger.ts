import { assign, setup } from 'xstate';

/** Takes a sum at its start, and what else is booked until it is closed. It has no tasks. */
export const ledger = setup({
  types: {
    input: {} as { sum: number },
    context: {} as { sum: number; bookings: number; closedBy: string },
    events: {} as { type: 'BOOK'; amount: number } | { type: 'CLOSE'; by: string },
    output: {} as { sum: number; bookings: number; closedBy: string },
  },
}).createMachine({
  id: 'ledger',
  version: '1',
  context: ({ input }) => ({ sum: input.sum, bookings: 0, closedBy: '' }),
  initial: 'open',
  states: {
    open: {
      on: {
        BOOK: {
          actions: assign({
            sum: ({ context, event }) => context.sum + event.amount,
            bookings: ({ context }) => context.bookings + 1,
          }),
        },
        CLOSE: { target: 'closed', actions: assign({ closedBy: ({ event }) => event.by }) },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => context,
});

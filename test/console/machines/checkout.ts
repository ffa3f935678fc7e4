import { assign, fromPromise, setup } from 'xstate';

export interface CheckoutInput {
  readonly amount: number;
  readonly note?: string;
}

/** A payment that fails for a negative amount; then a decision of a person, for which there is an hour. */
export const checkout = setup({
  types: {
    input: {} as CheckoutInput,
    context: {} as { amount: number; note: string; receipt: string | null; by: string | null },
    events: {} as { type: 'APPROVE'; by?: string } | { type: 'REJECT' } | { type: 'NOTE'; note: string },
  },
  actors: {
    pay: fromPromise(async ({ input }: { input: CheckoutInput }) => {
      if (input.amount < 0) throw new RangeError(`There is no payment of <b>${input.amount}</b>.`);
      return `paid ${input.amount}`;
    }),
  },
}).createMachine({
  id: 'checkout',
  version: '1',
  context: ({ input }) => ({ amount: input.amount, note: input.note ?? '', receipt: null, by: null }),
  initial: 'paying',
  on: { NOTE: { actions: assign({ note: ({ event }) => event.note }) } },
  states: {
    paying: {
      invoke: {
        src: 'pay',
        input: ({ context }) => ({ amount: context.amount }),
        onDone: { target: 'deciding', actions: assign({ receipt: ({ event }) => event.output }) },
      },
    },
    deciding: {
      after: { 3600000: 'rejected' },
      on: {
        APPROVE: { target: 'approved', actions: assign({ by: ({ event }) => event.by ?? null }) },
        REJECT: 'rejected',
      },
    },
    approved: { type: 'final' },
    rejected: { type: 'final' },
  },
  output: ({ context }) => ({ receipt: context.receipt, note: context.note }),
});

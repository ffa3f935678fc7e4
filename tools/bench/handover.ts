import { assign, setup } from 'xstate';
import { worker } from '../../workers/index.ts';

interface Documents {
  readonly contract: string;
  readonly invoice: string;
  readonly approvedBy: string;
}

/** Two tasks at once, an event that is waited for with a time limit, and a last task. */
export const handover = setup({
  types: {
    input: {} as { customer: string },
    context: {} as Documents & { readonly customer: string },
    events: {} as { type: 'APPROVE'; by: string },
  },
  actors: {
    draw: worker<{ customer: string }, string>(),
    price: worker<{ customer: string }, string>(),
    deliver: worker<Documents, { delivered: boolean }>(),
  },
  delays: { patience: 86_400_000 },
}).createMachine({
  id: 'handover',
  context: ({ input }) => ({ customer: input.customer, contract: '', invoice: '', approvedBy: '' }),
  initial: 'preparing',
  states: {
    preparing: {
      type: 'parallel',
      onDone: 'approval',
      states: {
        contract: {
          initial: 'drawing',
          states: {
            drawing: {
              invoke: {
                src: 'draw',
                input: ({ context }) => ({ customer: context.customer }),
                onDone: { target: 'drawn', actions: assign({ contract: ({ event }) => event.output }) },
              },
            },
            drawn: { type: 'final' },
          },
        },
        invoice: {
          initial: 'pricing',
          states: {
            pricing: {
              invoke: {
                src: 'price',
                input: ({ context }) => ({ customer: context.customer }),
                onDone: { target: 'priced', actions: assign({ invoice: ({ event }) => event.output }) },
              },
            },
            priced: { type: 'final' },
          },
        },
      },
    },
    approval: {
      after: { patience: 'forgotten' },
      on: { APPROVE: { target: 'delivering', actions: assign({ approvedBy: ({ event }) => event.by }) } },
    },
    delivering: {
      invoke: {
        src: 'deliver',
        input: ({ context: { contract, invoice, approvedBy } }) => ({ contract, invoice, approvedBy }),
        onDone: 'delivered',
      },
    },
    delivered: { type: 'final' },
    forgotten: { type: 'final' },
  },
});

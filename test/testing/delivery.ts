import { worker } from 'millrace/workers';
import { assign, emit, setup } from 'xstate';

export interface Parcel {
  readonly address: string;
}

/** A parcel: a worker with retries, a timer of a day, an emitted event. */
export const delivery = setup({
  types: {
    input: {} as Parcel,
    context: {} as { readonly address: string; readonly courier: string | null },
    events: {} as { type: 'PICKED_UP' } | { type: 'RETURN'; reason: string },
    output: {} as { readonly courier: string | null },
    emitted: {} as { type: 'overdue'; address: string },
  },
  actors: {
    assignCourier: worker<Parcel, { readonly courier: string }>({
      timeout: '2m',
      retry: { maxAttempts: 2, interval: '10s' },
    }),
  },
  actions: { note: () => {} },
  delays: { patience: 24 * 60 * 60 * 1000 },
}).createMachine({
  id: 'delivery',
  context: ({ input }) => ({ address: input.address, courier: null }),
  initial: 'assigning',
  states: {
    assigning: {
      invoke: {
        src: 'assignCourier',
        input: ({ context }) => ({ address: context.address }),
        onDone: { target: 'waiting', actions: assign({ courier: ({ event }) => event.output.courier }) },
        onError: 'unassigned',
      },
    },
    waiting: {
      on: { PICKED_UP: 'delivered', RETURN: { target: 'returned', actions: 'note' } },
      after: {
        patience: {
          target: 'overdue',
          actions: emit(({ context }) => ({ type: 'overdue' as const, address: context.address })),
        },
      },
    },
    overdue: { on: { PICKED_UP: 'delivered' } },
    unassigned: {},
    delivered: { type: 'final' },
    returned: { type: 'final' },
  },
  output: ({ context }) => ({ courier: context.courier }),
});

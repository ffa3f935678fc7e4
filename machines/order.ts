import { worker } from 'millrace/workers';
import { assign, type ErrorActorEvent, fromPromise, setup } from 'xstate';
import type { ChargeInput, Receipt } from '../workers/examples/charge.ts';
import type { Release } from '../workers/examples/releaseStock.ts';
import type { Reservation, ReserveStockInput } from '../workers/examples/reserveStock.ts';
import { type Confirmation, sendConfirmation } from './order/confirmation.ts';
import { type Parcel, printLabel } from './order/label.ts';

export interface OrderInput {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
  /** In cents. */
  readonly amount: number;
  /** The payment service's token for a card. */
  readonly card: string;
  readonly email: string;
  readonly country: string;
}

export type OrderOutput =
  | { readonly outcome: 'shipped'; readonly warehouse: string; readonly trackingId: string }
  | { readonly outcome: 'declined' | 'outOfStock' };

interface OrderContext extends OrderInput {
  /** Where it is reserved; empty until it is. */
  readonly warehouse: string;
  /** Warehouses that turned out not to deliver to the country. */
  readonly unreachable: readonly string[];
  readonly trackingId: string;
}

/** Whether a task failed with the error of this name. Others are handled nowhere, and fail the execution. */
function failedWith(name: string) {
  const guard = ({ event }: { event: ErrorActorEvent }) => (event.error as Partial<Error>).name === name;
  // Charts show the names of guards.
  return Object.defineProperty(guard, 'name', { value: name });
}

const reservation = ({ context: { orderId, warehouse } }: { context: OrderContext }): Reservation => ({
  orderId,
  warehouse,
});

/** An order of the example shop, from reserved stock to a parcel on its way. */
export const order = setup({
  types: { input: {} as OrderInput, context: {} as OrderContext, output: {} as OrderOutput },
  actors: {
    // Lambda functions of their own: workers/examples.
    reserveStock: worker<ReserveStockInput, Reservation>({ timeout: '2m' }),
    releaseStock: worker<Reservation, Release>({ retry: { maxAttempts: 5 } }),
    charge: worker<ChargeInput, Receipt>({
      timeout: '2m',
      retry: { maxAttempts: 4, backoffRate: 2, jitter: 'full' },
    }),
    // Plain promises: the worker host runs them.
    label: fromPromise(({ input }: { input: Parcel }) => printLabel(input)),
    confirm: fromPromise(({ input }: { input: Confirmation }) => sendConfirmation(input)),
  },
}).createMachine({
  id: 'order',
  version: '1',
  context: ({ input }) => ({ ...input, warehouse: '', unreachable: [], trackingId: '' }),
  initial: 'reserving',
  states: {
    reserving: {
      invoke: {
        src: 'reserveStock',
        input: ({ context: { orderId, sku, quantity, unreachable } }) => ({
          orderId,
          sku,
          quantity,
          except: unreachable,
        }),
        onDone: {
          target: 'labelling',
          actions: assign({ warehouse: ({ event }) => event.output.warehouse }),
        },
        onError: { target: 'outOfStock', guard: failedWith('OutOfStock') },
      },
    },
    labelling: {
      invoke: {
        src: 'label',
        input: ({ context }) => ({ ...reservation({ context }), country: context.country }),
        onDone: {
          target: 'charging',
          actions: assign({ trackingId: ({ event }) => event.output.trackingId }),
        },
        onError: { target: 'tryingElsewhere', guard: failedWith('NoCarrier') },
      },
    },
    tryingElsewhere: {
      entry: assign({ unreachable: ({ context }) => [...context.unreachable, context.warehouse] }),
      invoke: { src: 'releaseStock', input: reservation, onDone: 'reserving' },
    },
    charging: {
      invoke: {
        src: 'charge',
        input: ({ context: { card, amount } }) => ({ card, amount }),
        onDone: 'confirming',
        onError: { target: 'releasing', guard: failedWith('CardDeclined') },
      },
    },
    releasing: {
      invoke: { src: 'releaseStock', input: reservation, onDone: 'declined' },
    },
    confirming: {
      invoke: {
        src: 'confirm',
        input: ({ context: { email, trackingId } }) => ({ email, trackingId }),
        onDone: 'shipped',
      },
    },
    shipped: {
      type: 'final',
      output: ({ context: { warehouse, trackingId } }) => ({ outcome: 'shipped', warehouse, trackingId }),
    },
    declined: { type: 'final', output: { outcome: 'declined' } },
    outOfStock: { type: 'final', output: { outcome: 'outOfStock' } },
  },
  output: ({ event }) => event.output as OrderOutput,
});

import { type AnyActorRef, assign, enqueueActions, sendParent, setup } from 'xstate';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { worker } from '../../workers/index.ts';

/** Machines that start machines, which start machines, and talk to each other. */

export const payment = setup({
  types: { input: {} as { city: string; price: number }, context: {} as { city: string; price: number } },
  actors: {
    pay: worker<{ city: string; price: number }, string>({ timeout: '30s', retry: { interval: '1d' } }),
  },
}).createMachine({
  id: 'payment',
  context: ({ input }) => input,
  output: ({ event }) => ('output' in event ? event.output : undefined),
  initial: 'paying',
  states: {
    paying: { invoke: { src: 'pay', input: ({ context }) => context, onDone: 'paid' } },
    paid: { type: 'final', output: ({ event }) => ('output' in event ? event.output : undefined) },
  },
});

/** Sends its parent a price, waits for its word, and has a child of its own pay. */
export const booking = setup({
  types: {
    input: {} as { city: string },
    context: {} as { city: string; price: number },
    events: {} as { type: 'CONFIRM' },
  },
  actors: {
    reserve: worker<{ city: string }, number>({ timeout: '30s', retry: { interval: '1s' } }),
    payment,
  },
}).createMachine({
  id: 'booking',
  context: ({ input }) => ({ city: input.city, price: 0 }),
  initial: 'reserving',
  output: ({ event }) => ('output' in event ? event.output : undefined),
  states: {
    reserving: {
      invoke: {
        src: 'reserve',
        input: ({ context }) => ({ city: context.city }),
        onDone: { target: 'reserved', actions: assign({ price: ({ event }) => event.output }) },
      },
    },
    reserved: {
      entry: sendParent(({ context, self }) => ({ type: 'PRICED', price: context.price, booking: self })),
      on: { CONFIRM: 'paying' },
    },
    paying: {
      invoke: {
        src: 'payment',
        input: ({ context }) => context,
        onDone: { target: 'booked', actions: assign({ city: ({ event }) => String(event.output) }) },
      },
    },
    booked: { type: 'final', output: ({ context }) => context.city },
  },
});

interface Priced {
  readonly type: 'PRICED';
  readonly price: number;
  readonly booking: AnyActorRef;
}

export const trip = setup({
  types: {
    input: {} as { cities: string[] },
    context: {} as { cities: string[]; bookings: AnyActorRef[]; cost: number; receipts: string[] },
    events: {} as Priced | { type: 'CANCEL' },
  },
  actors: { booking },
}).createMachine({
  id: 'trip',
  context: ({ input, spawn }) => {
    for (const city of input.cities) spawn('booking', { id: `booking-${city}`, input: { city } });
    return { cities: input.cities, bookings: [], cost: 0, receipts: [] };
  },
  initial: 'pricing',
  states: {
    pricing: {
      on: {
        PRICED: {
          actions: assign({
            bookings: ({ context, event }) => [...context.bookings, event.booking],
            cost: ({ context, event }) => context.cost + event.price,
          }),
        },
        CANCEL: 'cancelled',
      },
      always: {
        guard: ({ context }) => context.bookings.length === context.cities.length,
        target: 'booking',
      },
    },
    booking: {
      entry: enqueueActions(({ context, enqueue }) => {
        for (const each of context.bookings) enqueue.sendTo(each, { type: 'CONFIRM' });
      }),
      on: {
        'xstate.done.actor.*': {
          actions: assign({
            receipts: ({ context, event }) => [
              ...context.receipts,
              String((event as { output?: unknown }).output),
            ],
          }),
        },
        CANCEL: 'cancelled',
      },
      always: { guard: ({ context }) => context.receipts.length === context.cities.length, target: 'booked' },
    },
    booked: { type: 'final' },
    cancelled: { type: 'final' },
  },
  output: ({ context }) => ({ cost: context.cost, receipts: [...context.receipts].sort() }),
});

export const tripWorkers: Workers = {
  reserve: ({ city }: { city: string }) => city.length * 10,
  pay: ({ city, price }: { city: string; price: number }) => `${city} for ${price}`,
};

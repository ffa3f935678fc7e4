import { setTimeout as pause } from 'node:timers/promises';
import { withPolicy, worker } from 'millrace/workers';
import { assign, fromPromise, setup } from 'xstate';

export interface ParcelInput {
  readonly stops: number;
}

interface ParcelContext extends ParcelInput {
  /** Stops that it has passed, in their order. */
  readonly passed: readonly number[];
  /** Scans of the two regions at the customs, in any order. */
  readonly scans: number;
}

const longestPauseMs = 30;
const lost = { timeout: '60s', retry: { maxAttempts: 9, interval: '1s' } } as const;

/**
 * Promises one after the other and side by side, with a worker of its own between them: a chain runs them in the worker host. A step
 * that is lost, or taken twice, shows in its output.
 *
 * @param checkpoint of a machine whose steps are not committed one by one
 */
function parcelMachine(id: string, checkpoint?: { readonly every: '2s' }) {
  const scan = {
    initial: 'first',
    states: {
      first: { invoke: { src: 'scan', onDone: { target: 'second', actions: 'count' } } },
      second: { invoke: { src: 'scan', onDone: { target: 'scanned', actions: 'count' } } },
      scanned: { type: 'final' },
    },
  } as const;
  return setup({
    types: { context: {} as ParcelContext, input: {} as ParcelInput },
    actors: {
      travel: withPolicy(
        fromPromise<number, number>(async ({ input }) => {
          await pause(Math.random() * longestPauseMs);
          return input;
        }),
        lost,
      ),
      scan: withPolicy(
        fromPromise<boolean>(async () => {
          await pause(Math.random() * longestPauseMs);
          return true;
        }),
        lost,
      ),
      stamp: worker<number, number>(lost),
    },
    actions: {
      pass: assign({ passed: ({ context: { passed } }, stop: number) => [...passed, stop] }),
      count: assign({ scans: ({ context }) => context.scans + 1 }),
    },
    guards: { isThere: ({ context }) => context.passed.length >= context.stops },
  }).createMachine({
    id,
    ...(checkpoint && { meta: { millrace: { checkpoint } } }),
    context: ({ input }) => ({ ...input, passed: [], scans: 0 }),
    initial: 'travelling',
    states: {
      travelling: {
        invoke: {
          src: 'travel',
          input: ({ context }) => context.passed.length,
          onDone: { target: 'passing', actions: { type: 'pass', params: ({ event }) => event.output } },
        },
      },
      passing: { always: [{ guard: 'isThere', target: 'customs' }, { target: 'travelling' }] },
      customs: { type: 'parallel', states: { front: scan, back: scan }, onDone: 'stamping' },
      stamping: {
        invoke: {
          src: 'stamp',
          input: ({ context }) => context.passed.length,
          onDone: { target: 'delivering', actions: { type: 'pass', params: ({ event }) => event.output } },
        },
      },
      delivering: {
        invoke: {
          src: 'travel',
          input: ({ context }) => context.passed.length,
          onDone: { target: 'delivered', actions: { type: 'pass', params: ({ event }) => event.output } },
        },
      },
      delivered: { type: 'final' },
    },
    output: ({ context: { passed, scans } }) => ({ passed, scans }),
  });
}

/** Stops in their order, the stamp and the delivery among them, and four scans. */
export function deliveredOutput({ stops }: ParcelInput) {
  return { passed: Array.from({ length: stops + 2 }, (_, stop) => stop), scans: 4 };
}

export const parcel = parcelMachine('parcel');
export const express = parcelMachine('express', { every: '2s' });

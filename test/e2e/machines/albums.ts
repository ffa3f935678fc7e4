import { each, type FailedItem, worker } from 'millrace/workers';
import { assign, fromPromise, setup } from 'xstate';
import type { ResizeInput, Size } from '../workers/resize.ts';

/** Every image is made smaller by a worker; then every size is described by the worker host. */
export const albums = setup({
  types: {
    input: {} as { images: number; unreadable: number[] },
    context: {} as { images: ResizeInput[]; sizes: (Size | FailedItem)[]; problem: unknown },
    output: {} as { lines: string[]; problem: unknown },
  },
  actors: {
    resize: each(
      worker<ResizeInput, Size>({ timeout: '20s', retry: { maxAttempts: 2, interval: '200ms' } }),
      { concurrency: 8, tolerateFailures: '10%' },
    ),
    describe: each(
      fromPromise(async ({ input }: { input: Size | FailedItem }) =>
        'error' in input ? input.error.name : `${input.width} wide`,
      ),
      { concurrency: 4 },
    ),
  },
}).createMachine({
  id: 'albums',
  context: ({ input }) => ({
    images: Array.from({ length: input.images }, (_, number) => ({
      number,
      isUnreadable: input.unreadable.includes(number),
    })),
    sizes: [],
    problem: null,
  }),
  initial: 'resizing',
  states: {
    resizing: {
      invoke: {
        src: 'resize',
        input: ({ context }) => context.images,
        onDone: { target: 'describing', actions: assign({ sizes: ({ event }) => event.output }) },
        onError: { target: 'failed', actions: assign({ problem: ({ event }) => event.error }) },
      },
    },
    describing: {
      invoke: { id: 'describe', src: 'describe', input: ({ context }) => context.sizes, onDone: 'described' },
    },
    described: { type: 'final', output: ({ event }) => event.output },
    failed: { type: 'final', output: [] },
  },
  output: ({ context, event }) => ({ lines: event.output as string[], problem: context.problem }),
});

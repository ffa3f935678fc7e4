import { each, isFailedItem, worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { Measured, MeasureInput } from '../workers/measure.ts';

/** A list of as many items as its input says, for one worker. It keeps the sum of the outputs. */
export const list = setup({
  types: {
    input: {} as { items: number; concurrency: number },
    context: {} as {
      items: number;
      concurrency: number;
      succeeded: number;
      failed: number;
      inOrder: boolean;
    },
    output: {} as { succeeded: number; failed: number; inOrder: boolean },
  },
  actors: {
    measure: each(
      worker<MeasureInput, Measured>({ timeout: '10m', retry: { maxAttempts: 2, interval: '1s' } }),
      { tolerateFailures: '1%' },
    ),
  },
}).createMachine({
  id: 'list',
  context: ({ input }) => ({ ...input, succeeded: 0, failed: 0, inOrder: false }),
  initial: 'measuring',
  output: ({ context: { succeeded, failed, inOrder } }) => ({ succeeded, failed, inOrder }),
  states: {
    measuring: {
      invoke: {
        src: 'measure',
        input: ({ context: { items, concurrency } }) => ({
          items: Array.from({ length: items }, (_, number) => ({ number })),
          concurrency,
        }),
        onDone: {
          target: 'measured',
          actions: assign(({ event: { output } }) => ({
            succeeded: output.filter((entry) => !isFailedItem(entry)).length,
            failed: output.filter(isFailedItem).length,
            inOrder: output.every((entry, number) => isFailedItem(entry) || entry.number === number),
          })),
        },
      },
    },
    measured: { type: 'final' },
  },
});

import { worker } from 'millrace/workers';
import { assign, fromPromise, setup } from 'xstate';
import type { Carried, CarryInput } from '../workers/carry.ts';
import type { WeighInput, Weight } from '../workers/weigh.ts';

/** Two tasks at once, of which one is a plain promise; an event from outside; a task that is tried again. */
export const parcel = setup({
  types: {
    input: {} as { city: string; contents: string[] },
    context: {} as { city: string; contents: string[]; grams: number; label: string; attempts: number },
    events: {} as { type: 'APPROVE'; by: string },
    output: {} as { label: string; grams: number; attempts: number },
  },
  actors: {
    weigh: worker<WeighInput, Weight>({ timeout: '60s' }),
    carry: worker<CarryInput, Carried>({
      timeout: '60s',
      retry: { maxAttempts: 3, interval: '200ms', backoffRate: 1 },
    }),
    print: fromPromise(async ({ input }: { input: { city: string } }) => `to ${input.city}`),
  },
}).createMachine({
  id: 'parcel',
  version: '1',
  context: ({ input }) => ({ ...input, grams: 0, label: '', attempts: 0 }),
  initial: 'preparing',
  states: {
    preparing: {
      type: 'parallel',
      onDone: 'approval',
      states: {
        weight: {
          initial: 'weighing',
          states: {
            weighing: {
              invoke: {
                src: 'weigh',
                input: ({ context }) => ({ contents: context.contents }),
                onDone: { target: 'weighed', actions: assign({ grams: ({ event }) => event.output.grams }) },
              },
            },
            weighed: { type: 'final' },
          },
        },
        label: {
          initial: 'printing',
          states: {
            printing: {
              invoke: {
                src: 'print',
                input: ({ context }) => ({ city: context.city }),
                onDone: { target: 'printed', actions: assign({ label: ({ event }) => event.output }) },
              },
            },
            printed: { type: 'final' },
          },
        },
      },
    },
    approval: { on: { APPROVE: 'carrying' } },
    carrying: {
      invoke: {
        src: 'carry',
        input: ({ context }) => ({ label: context.label }),
        onDone: { target: 'delivered', actions: assign({ attempts: ({ event }) => event.output.attempts }) },
      },
    },
    delivered: { type: 'final' },
  },
  output: ({ context: { label, grams, attempts } }) => ({ label, grams, attempts }),
});

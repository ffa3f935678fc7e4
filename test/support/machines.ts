import { assign, setup } from 'xstate';
import { worker } from '../../workers/index.ts';

/** A machine of `count` tasks, one after the other, each adding what its worker answers. */
export function sequential(count: number) {
  return setup({
    types: {
      context: {} as { done: number; sum: number },
      input: {} as { from: number },
      output: {} as { sum: number },
    },
    actors: {
      add: worker<{ to: number }, number>({ timeout: '30s', retry: { maxAttempts: 6, interval: '1s' } }),
    },
    actions: {
      take: assign((_, params: { sum: number }) => ({ sum: params.sum })),
      count: assign({ done: ({ context }) => context.done + 1 }),
    },
    guards: { isLast: ({ context }) => context.done === count - 1 },
  }).createMachine({
    id: 'sequential',
    context: ({ input }) => ({ done: 0, sum: input.from }),
    output: ({ context }) => ({ sum: context.sum }),
    initial: 'adding',
    states: {
      adding: {
        invoke: {
          src: 'add',
          input: ({ context }) => ({ to: context.sum }),
          onDone: [
            {
              guard: 'isLast',
              target: 'added',
              actions: ['count', { type: 'take', params: ({ event }) => ({ sum: event.output }) }],
            },
            {
              target: 'adding',
              reenter: true,
              actions: ['count', { type: 'take', params: ({ event }) => ({ sum: event.output }) }],
            },
          ],
        },
      },
      added: { type: 'final' },
    },
  });
}

export const addWorker = { add: ({ to }: { to: number }) => to + 1 };

/** Two tasks at once, a decision by someone, a task that may fail. */
export const parcel = setup({
  types: {
    context: {} as { labels: string[]; problem: string | null },
    input: {} as { city: string },
    events: {} as { type: 'APPROVE'; by: string } | { type: 'REFUSE' },
  },
  actors: {
    label: worker<{ city: string }, string>({
      timeout: '10s',
      retry: { maxAttempts: 6, interval: '2s', jitter: 'full' },
    }),
    insure: worker<{ city: string }, string>({ timeout: '10s' }),
    send: worker<{ labels: string[] }, { sent: boolean }>({ timeout: '10s', retry: { maxAttempts: 6 } }),
  },
}).createMachine({
  id: 'parcel',
  version: '2',
  context: ({ input }) => ({ labels: [input.city], problem: null }),
  initial: 'preparing',
  output: ({ context }) => context,
  states: {
    preparing: {
      type: 'parallel',
      onDone: 'approval',
      states: {
        label: {
          initial: 'printing',
          states: {
            printing: {
              invoke: {
                src: 'label',
                input: ({ context }) => ({ city: context.labels[0] ?? '' }),
                onDone: {
                  target: 'printed',
                  actions: assign({ labels: ({ context, event }) => [...context.labels, event.output] }),
                },
              },
            },
            printed: { type: 'final' },
          },
        },
        insurance: {
          initial: 'insuring',
          states: {
            insuring: {
              invoke: {
                src: 'insure',
                input: ({ context }) => ({ city: context.labels[0] ?? '' }),
                onDone: 'insured',
                onError: { target: 'insured', actions: assign({ problem: 'not insured' }) },
              },
            },
            insured: { type: 'final' },
          },
        },
      },
    },
    approval: {
      after: { 60000: { target: 'refused', actions: assign({ problem: 'nobody approved' }) } },
      on: { APPROVE: 'sending', REFUSE: 'refused' },
    },
    sending: {
      invoke: { src: 'send', input: ({ context }) => ({ labels: context.labels }), onDone: 'sent' },
    },
    sent: { type: 'final' },
    refused: { type: 'final' },
  },
});

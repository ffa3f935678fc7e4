import { worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { Mishap } from '../workers/misbehave.ts';

export interface MishapInput {
  readonly how: Mishap;
}

interface MishapContext extends MishapInput {
  readonly error: unknown;
}

/** One task, whose failure is kept: by a worker that answers, or by one that does not. */
export const mishap = setup({
  types: { input: {} as MishapInput, context: {} as MishapContext },
  actors: {
    answer: worker<MishapInput, string>({ worker: 'misbehave', timeout: '60s' }),
    die: worker<MishapInput, string>({ worker: 'misbehave', timeout: '60s' }),
    hang: worker<MishapInput, string>({ worker: 'misbehave', timeout: '2s' }),
    missing: worker<MishapInput, string>({ worker: 'nobody-has-deployed-this', timeout: '60s' }),
  },
  actions: {
    keepError: assign((_, { error }: { error: unknown }) => {
      return { error: error instanceof Error ? { name: error.name, message: error.message } : error };
    }),
  },
}).createMachine({
  id: 'mishap',
  context: ({ input }) => ({ ...input, error: null }),
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: ({ context }) => context.how === 'missing', target: 'missing' },
        { guard: ({ context }) => context.how.startsWith('throw'), target: 'answering' },
        { guard: ({ context }) => context.how === 'hang', target: 'hanging' },
        { target: 'dying' },
      ],
    },
    answering: {
      invoke: {
        src: 'answer',
        input: ({ context }) => ({ how: context.how }),
        onDone: 'unharmed',
        onError: {
          target: 'compensated',
          actions: { type: 'keepError', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    dying: {
      invoke: {
        src: 'die',
        input: ({ context }) => ({ how: context.how }),
        onDone: 'unharmed',
        onError: {
          target: 'compensated',
          actions: { type: 'keepError', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    hanging: {
      invoke: {
        src: 'hang',
        input: ({ context }) => ({ how: context.how }),
        onDone: 'unharmed',
        onError: {
          target: 'compensated',
          actions: { type: 'keepError', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    missing: {
      invoke: {
        src: 'missing',
        input: ({ context }) => ({ how: context.how }),
        onDone: 'unharmed',
        onError: {
          target: 'compensated',
          actions: { type: 'keepError', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    unharmed: { type: 'final' },
    compensated: { type: 'final' },
  },
  output: ({ context }) => context.error,
});

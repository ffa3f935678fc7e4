import { errorIs, worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { ErrandInput } from '../workers/runErrand.ts';

/** A task that may take long, is not to be done twice, or is done by someone else. */
export const errand = setup({
  types: { input: {} as ErrandInput, context: {} as ErrandInput & { answer: unknown } },
  actors: {
    long: worker<ErrandInput, string>({ worker: 'runErrand', timeout: '5m', heartbeat: '5s' }),
    once: worker<ErrandInput, string>({ worker: 'runErrand', timeout: '5m', once: true }),
    elsewhere: worker<ErrandInput, unknown>({ worker: 'runErrand', waitForResult: true }),
  },
}).createMachine({
  id: 'errand',
  context: ({ input }) => ({ ...input, answer: null }),
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: ({ context }) => context.kind === 'once', target: 'once' },
        { guard: ({ context }) => context.kind === 'elsewhere', target: 'elsewhere' },
        { target: 'long' },
      ],
    },
    long: {
      invoke: {
        src: 'long',
        input: ({ context }) => context,
        onDone: { target: 'done', actions: assign({ answer: ({ event }) => event.output }) },
        onError: { guard: errorIs('States.HeartbeatTimeout'), target: 'silent' },
      },
    },
    once: {
      invoke: {
        src: 'once',
        input: ({ context }) => context,
        onDone: { target: 'done', actions: assign({ answer: ({ event }) => event.output }) },
        onError: { guard: errorIs('Millrace.UnknownOutcome'), target: 'unknown' },
      },
    },
    elsewhere: {
      invoke: {
        src: 'elsewhere',
        input: ({ context }) => context,
        onDone: { target: 'done', actions: assign({ answer: ({ event }) => event.output }) },
      },
    },
    done: { type: 'final' },
    silent: { type: 'final' },
    unknown: { type: 'final' },
  },
  output: ({ context }) => context.answer,
});

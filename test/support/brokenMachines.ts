import { assign, createMachine, setup } from 'xstate';
import { worker } from '../../workers/index.ts';

const boom = (): never => {
  throw new RangeError('boom');
};

/** Machines whose own code throws, by the place where it does. */
export const throwing = {
  context: createMachine({ id: 'context', context: boom }),
  guard: createMachine({
    id: 'guard',
    initial: 'a',
    states: { a: { always: { guard: boom, target: 'b' } }, b: {} },
  }),
  assign: createMachine({ id: 'assign', context: { n: 0 }, entry: assign({ n: boom }) }),
  output: createMachine({ id: 'output', initial: 'a', states: { a: { type: 'final' } }, output: boom }),
  input: createMachine({ id: 'input', invoke: { src: 'add', input: boom } }),
};

export const endless = createMachine({
  id: 'endless',
  initial: 'a',
  states: { a: { always: 'b' }, b: { always: 'a' } },
});

/** One task; what fails it ends up in the output. */
export const careful = setup({
  types: { context: {} as { problem: { name: string; message: string } | null; got: unknown } },
  actors: { work: worker<unknown, unknown>({ timeout: '20s' }) },
}).createMachine({
  id: 'careful',
  context: { problem: null, got: 'nothing' },
  initial: 'working',
  output: ({ context }) => context,
  states: {
    working: {
      invoke: {
        src: 'work',
        onDone: { target: 'done', actions: assign({ got: ({ event }) => event.output }) },
        onError: {
          target: 'failed',
          actions: assign({
            problem: ({ event }) => {
              // Anything may have been thrown.
              const { name, message }: Partial<Error> = Object(event.error);
              return { name: String(name), message: String(message) };
            },
          }),
        },
      },
    },
    done: { type: 'final' },
    failed: { type: 'final' },
  },
});

/** Waits for events, and keeps what they carry. */
export const hoarder = setup({
  types: {
    context: {} as { kept: unknown[] },
    events: {} as { type: 'KEEP'; what?: unknown } | { type: 'END' },
  },
}).createMachine({
  id: 'hoarder',
  context: { kept: [] },
  initial: 'open',
  states: {
    open: {
      on: {
        KEEP: { actions: assign({ kept: ({ context, event }) => [...context.kept, event.what ?? null] }) },
        END: 'closed',
      },
    },
    closed: { type: 'final' },
  },
});

/** The hoarder as someone changed it without a new version: its state is called otherwise. */
export const hoarderChanged = createMachine({
  id: 'hoarder',
  context: { kept: [] },
  initial: 'opened',
  states: { opened: { on: { END: 'closed' } }, closed: { type: 'final' } },
});

import { assign, cancel, fromPromise, raise, setup } from 'xstate';

/** Workflows that wait: they poll, repeat, run out of time, or fill something up. */

/** Asks again and again whether a job is done. */
export const renderJob = setup({
  types: { input: {} as { succeeds: boolean }, context: {} as { succeeds: boolean; asked: number } },
  actors: {
    submit: fromPromise(async () => 'job-1'),
    ask: fromPromise(async ({ input }: { input: { asked: number; succeeds: boolean } }) => {
      if (input.asked < 2) return 'running';
      return input.succeeds ? 'succeeded' : 'failed';
    }),
  },
}).createMachine({
  id: 'renderJob',
  context: ({ input }) => ({ succeeds: input.succeeds, asked: 0 }),
  initial: 'submitting',
  states: {
    submitting: { invoke: { src: 'submit', onDone: 'waiting' } },
    waiting: { after: { 100: 'asking' } },
    asking: {
      entry: assign({ asked: ({ context }) => context.asked + 1 }),
      invoke: {
        src: 'ask',
        input: ({ context: { asked, succeeds } }) => ({ asked, succeeds }),
        onDone: [
          { guard: ({ event }) => event.output === 'succeeded', target: 'rendered' },
          { guard: ({ event }) => event.output === 'failed', target: 'broken' },
          { target: 'waiting' },
        ],
      },
    },
    rendered: { type: 'final' },
    broken: { type: 'final' },
  },
  output: ({ context }) => context.asked,
});

/** Does the same at intervals, as a schedule would. */
export const inbox = setup({
  types: { context: {} as { rounds: number; found: number } },
  actors: { look: fromPromise(async ({ input }: { input: number }) => input) },
  delays: { interval: 100 },
}).createMachine({
  id: 'inbox',
  context: { rounds: 0, found: 0 },
  initial: 'idle',
  states: {
    idle: {
      always: { guard: ({ context }) => context.rounds === 3, target: 'read' },
      after: { interval: 'looking' },
    },
    looking: {
      invoke: {
        src: 'look',
        input: ({ context }) => context.rounds,
        onDone: {
          target: 'idle',
          actions: assign(({ context, event }) => ({
            rounds: context.rounds + 1,
            found: context.found + event.output,
          })),
        },
      },
    },
    read: { type: 'final' },
  },
  output: ({ context }) => context,
});

/** All of it has a deadline, whatever it is doing. */
export const purchase = setup({
  actors: {
    negotiate: fromPromise(() => new Promise<string>((resolve) => setTimeout(resolve, 20_000, 'bought'))),
  },
}).createMachine({
  id: 'purchase',
  after: { 300: '.tooLate' },
  initial: 'negotiating',
  states: {
    negotiating: { invoke: { src: 'negotiate', onDone: 'bought' } },
    bought: { type: 'final' },
    tooLate: { type: 'final' },
  },
});

/** A loop without any wait. */
export const glass = setup({
  types: { input: {} as { size: number }, context: {} as { size: number; level: number } },
}).createMachine({
  id: 'glass',
  context: ({ input }) => ({ size: input.size, level: 0 }),
  initial: 'looking',
  states: {
    looking: {
      always: [
        { guard: ({ context }) => context.level >= context.size, target: 'full' },
        { target: 'pouring' },
      ],
    },
    pouring: { entry: assign({ level: ({ context }) => context.level + 1 }), always: 'looking' },
    full: { type: 'final' },
  },
  output: ({ context }) => context.level,
});

/** Two reminders for the same time: the first takes back the second. */
export const reminder = setup({
  types: { context: {} as { reminded: string[] }, events: {} as { type: 'LETTER' | 'CALL' } },
  actors: { bill: fromPromise(async () => 'billed') },
  actions: { note: assign({ reminded: ({ context, event }) => [...context.reminded, event.type] }) },
}).createMachine({
  id: 'reminder',
  context: { reminded: [] },
  initial: 'billing',
  on: { LETTER: { actions: ['note', cancel('call')] }, CALL: { actions: 'note' } },
  states: {
    billing: { invoke: { src: 'bill', onDone: 'waiting' } },
    waiting: {
      entry: [raise({ type: 'LETTER' }, { delay: 200 }), raise({ type: 'CALL' }, { delay: 200, id: 'call' })],
      after: { 400: 'closed' },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => context.reminded,
});

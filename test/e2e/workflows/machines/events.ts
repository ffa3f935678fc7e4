import { assign, emit, fromPromise, setup } from 'xstate';

/** Workflows that people and other systems bring on. */

/** One of two answers, or none in time. */
export const visa = setup({
  types: { input: {} as { patienceMs: number }, context: {} as { patienceMs: number } },
  delays: { patience: ({ context }) => context.patienceMs },
}).createMachine({
  id: 'visa',
  context: ({ input }) => input,
  initial: 'examining',
  states: {
    examining: { on: { GRANTED: 'granted', REFUSED: 'refused' }, after: { patience: 'expired' } },
    granted: { type: 'final' },
    refused: { type: 'final' },
    expired: { type: 'final' },
  },
});

/** Emits an event when it is done. */
export const harvest = setup({
  types: { emitted: {} as { type: 'harvested'; tons: number } },
  actors: { reap: fromPromise(async () => 12) },
}).createMachine({
  id: 'harvest',
  initial: 'reaping',
  states: {
    reaping: {
      invoke: {
        src: 'reap',
        onDone: {
          target: 'reaped',
          actions: emit(({ event }) => ({ type: 'harvested', tons: event.output })),
        },
      },
    },
    reaped: { type: 'final' },
  },
});

/** Each alarm has its own measure, at any time, until the patient goes home. */
export const vitals = setup({
  types: { context: {} as { measures: string[] }, events: {} as { type: 'FEVER' | 'PULSE' | 'HOME' } },
  actors: { call: fromPromise(async ({ input }: { input: string }) => `called for ${input}`) },
  actions: { note: assign({ measures: ({ context }, measure: string) => [...context.measures, measure] }) },
}).createMachine({
  id: 'vitals',
  context: { measures: [] },
  initial: 'watching',
  states: {
    watching: {
      type: 'parallel',
      on: { HOME: 'home' },
      states: {
        temperature: {
          initial: 'normal',
          states: {
            normal: { on: { FEVER: 'high' } },
            high: {
              invoke: {
                src: 'call',
                input: 'fever',
                onDone: { target: 'treated', actions: { type: 'note', params: ({ event }) => event.output } },
              },
            },
            treated: { on: { FEVER: 'high' } },
          },
        },
        pulse: {
          initial: 'normal',
          states: {
            normal: { on: { PULSE: 'high' } },
            high: {
              invoke: {
                src: 'call',
                input: 'pulse',
                onDone: { target: 'treated', actions: { type: 'note', params: ({ event }) => event.output } },
              },
            },
            treated: { on: { PULSE: 'high' } },
          },
        },
      },
    },
    home: { type: 'final' },
  },
  output: ({ context }) => context.measures,
});

/** Several papers in any order, then one decision. */
export const college = setup({
  actors: { decide: fromPromise(async () => 'admitted') },
}).createMachine({
  id: 'college',
  initial: 'collecting',
  states: {
    collecting: {
      type: 'parallel',
      onDone: 'deciding',
      states: {
        scores: {
          initial: 'missing',
          states: { missing: { on: { SCORES: 'there' } }, there: { type: 'final' } },
        },
        letter: {
          initial: 'missing',
          states: { missing: { on: { LETTER: 'there' } }, there: { type: 'final' } },
        },
        fee: { initial: 'missing', states: { missing: { on: { FEE: 'there' } }, there: { type: 'final' } } },
      },
    },
    deciding: {
      invoke: {
        src: 'decide',
        onDone: { guard: ({ event }) => event.output === 'admitted', target: 'admitted' },
      },
    },
    admitted: { type: 'final' },
  },
});

/** Asks a bureau, which calls back. */
export const creditCheck = setup({
  types: { context: {} as { score: number }, events: {} as { type: 'SCORE'; score: number } },
  actors: { request: fromPromise(async () => 'requested') },
}).createMachine({
  id: 'creditCheck',
  context: { score: 0 },
  initial: 'requesting',
  states: {
    requesting: { invoke: { src: 'request', onDone: 'waiting' } },
    waiting: {
      on: { SCORE: { target: 'deciding', actions: assign({ score: ({ event }) => event.score }) } },
    },
    deciding: {
      always: [{ guard: ({ context }) => context.score >= 600, target: 'approved' }, { target: 'denied' }],
    },
    approved: { type: 'final' },
    denied: { type: 'final' },
  },
  output: ({ context }) => context.score,
});

/** Takes bids while it is open, then reports the highest. */
export const auction = setup({
  types: {
    context: {} as { highest: { by: string; cents: number } | null },
    events: {} as { type: 'BID'; by: string; cents: number } | { type: 'CLOSE' },
  },
  actors: { notify: fromPromise(async ({ input }: { input: string }) => `${input} was told`) },
}).createMachine({
  id: 'auction',
  context: { highest: null },
  initial: 'open',
  states: {
    open: {
      on: {
        BID: {
          guard: ({ context, event }) => event.cents > (context.highest?.cents ?? 0),
          actions: assign({ highest: ({ event: { by, cents } }) => ({ by, cents }) }),
        },
        CLOSE: 'notifying',
      },
      after: { 600000: 'notifying' },
    },
    notifying: {
      invoke: { src: 'notify', input: ({ context }) => context.highest?.by ?? 'nobody', onDone: 'sold' },
    },
    sold: { type: 'final' },
  },
  output: ({ context }) => context.highest,
});

/** Asks for an appointment and, where no one confirms it in time, once more. */
export const appointment = setup({
  types: { context: {} as { asked: number } },
  actors: { ask: fromPromise(async () => 'asked') },
}).createMachine({
  id: 'appointment',
  context: { asked: 0 },
  initial: 'asking',
  states: {
    asking: {
      entry: assign({ asked: ({ context }) => context.asked + 1 }),
      invoke: { src: 'ask', onDone: 'waiting' },
    },
    waiting: {
      on: { CONFIRMED: 'confirmed' },
      after: { 200: [{ guard: ({ context }) => context.asked < 2, target: 'asking' }, { target: 'missed' }] },
    },
    confirmed: { type: 'final' },
    missed: { type: 'final' },
  },
  output: ({ context }) => context.asked,
});

/** Collects readings for a while, then reports them. */
export const readings = setup({
  types: { context: {} as { celsius: number[] }, events: {} as { type: 'READING'; celsius: number } },
  actors: {
    report: fromPromise(async ({ input }: { input: number[] }) => Math.max(...input)),
  },
}).createMachine({
  id: 'readings',
  context: { celsius: [] },
  initial: 'collecting',
  states: {
    collecting: {
      on: {
        READING: {
          actions: assign({ celsius: ({ context, event }) => [...context.celsius, event.celsius] }),
        },
      },
      always: { guard: ({ context }) => context.celsius.length === 3, target: 'reporting' },
      after: { 600000: 'reporting' },
    },
    reporting: {
      invoke: {
        src: 'report',
        input: ({ context }) => context.celsius,
        onDone: { target: 'reported', actions: assign({ celsius: ({ event }) => [event.output] }) },
      },
    },
    reported: { type: 'final' },
  },
  output: ({ context }) => context.celsius,
});

/** A book that may be lent out: the reader decides whether to wait for it. */
export const library = setup({
  types: { context: {} as { looked: number } },
  actors: { look: fromPromise(async ({ input }: { input: number }) => (input < 2 ? 'lent' : 'there')) },
}).createMachine({
  id: 'library',
  context: { looked: 0 },
  initial: 'looking',
  states: {
    looking: {
      entry: assign({ looked: ({ context }) => context.looked + 1 }),
      invoke: {
        src: 'look',
        input: ({ context }) => context.looked,
        onDone: [{ guard: ({ event }) => event.output === 'lent', target: 'asking' }, { target: 'lentOut' }],
      },
    },
    asking: { on: { HOLD: 'waiting', DECLINE: 'declined' } },
    waiting: { after: { 100: 'looking' } },
    declined: { type: 'final' },
    lentOut: { type: 'final' },
  },
  output: ({ context }) => context.looked,
});

/** Work that is put aside, and taken up where it was. */
export const ticket = setup({}).createMachine({
  id: 'ticket',
  initial: 'work',
  states: {
    work: {
      initial: 'analysis',
      on: { PAUSE: 'paused' },
      states: {
        analysis: { on: { NEXT: 'repair' } },
        repair: { on: { NEXT: 'finished' } },
        finished: { type: 'final' },
        last: { type: 'history' },
      },
      onDone: 'closed',
    },
    paused: { on: { RESUME: 'work.last' } },
    closed: { type: 'final' },
  },
});

import { type AnyActorRef, assign, fromPromise, sendParent, sendTo, setup } from 'xstate';

/** Workflows of workflows. */

export const acceptance = setup({
  types: { input: {} as { name: string }, context: {} as { letter: string }, output: {} as string },
  actors: { write: fromPromise(async ({ input }: { input: string }) => `Dear ${input}, yes.`) },
}).createMachine({
  id: 'acceptance',
  context: ({ input }) => ({ letter: input.name }),
  initial: 'writing',
  states: {
    writing: {
      invoke: {
        src: 'write',
        input: ({ context }) => context.letter,
        onDone: { target: 'written', actions: assign({ letter: ({ event }) => event.output }) },
      },
    },
    written: { type: 'final' },
  },
  output: ({ context }) => context.letter,
});

/** A choice by data, and a workflow of its own for each. */
export const applicant = setup({
  types: {
    input: {} as { name: string; age: number },
    context: {} as { name: string; age: number; letter: string },
  },
  actors: { acceptance, refuse: fromPromise(async ({ input }: { input: string }) => `Dear ${input}, no.`) },
  actions: { keep: assign({ letter: (_, letter: string) => letter }) },
}).createMachine({
  id: 'applicant',
  context: ({ input }) => ({ ...input, letter: '' }),
  initial: 'judging',
  states: {
    judging: {
      always: [{ guard: ({ context }) => context.age >= 18, target: 'accepting' }, { target: 'refusing' }],
    },
    accepting: {
      invoke: {
        src: 'acceptance',
        input: ({ context }) => ({ name: context.name }),
        onDone: { target: 'told', actions: { type: 'keep', params: ({ event }) => event.output } },
      },
    },
    refusing: {
      invoke: {
        src: 'refuse',
        input: ({ context }) => context.name,
        onDone: { target: 'told', actions: { type: 'keep', params: ({ event }) => event.output } },
      },
    },
    told: { type: 'final' },
  },
  output: ({ context }) => context.letter,
});

export const checkup = setup({
  types: { input: {} as { round: number }, context: {} as { pressure: number }, output: {} as number },
  actors: { measure: fromPromise(async ({ input }: { input: number }) => 2 + input / 10) },
}).createMachine({
  id: 'checkup',
  context: ({ input }) => ({ pressure: input.round }),
  initial: 'measuring',
  states: {
    measuring: {
      invoke: {
        src: 'measure',
        input: ({ context }) => context.pressure,
        onDone: { target: 'measured', actions: assign({ pressure: ({ event }) => event.output }) },
      },
    },
    measured: { type: 'final' },
  },
  output: ({ context }) => context.pressure,
});

/** The same workflow again and again, while the engine runs. */
export const drive = setup({
  types: { context: {} as { pressures: number[] } },
  actors: { checkup },
}).createMachine({
  id: 'drive',
  context: { pressures: [] },
  initial: 'running',
  on: { ENGINE_OFF: '.parked' },
  states: {
    running: {
      invoke: {
        src: 'checkup',
        input: ({ context }) => ({ round: context.pressures.length }),
        onDone: {
          target: 'resting',
          actions: assign({ pressures: ({ context, event }) => [...context.pressures, event.output] }),
        },
      },
    },
    resting: {
      always: { guard: ({ context }) => context.pressures.length === 3, target: 'checked' },
      after: { 50: 'running' },
    },
    checked: {},
    parked: { type: 'final' },
  },
  output: ({ context }) => context.pressures,
});

export const kitchen = setup({
  types: { context: {} as { dish: string }, input: {} as { dish: string }, output: {} as string },
  actors: { cook: fromPromise(async ({ input }: { input: string }) => `hot ${input}`) },
}).createMachine({
  id: 'kitchen',
  context: ({ input }) => ({ dish: input.dish }),
  initial: 'cooking',
  states: {
    cooking: {
      entry: sendParent({ type: 'COOKING' }),
      invoke: {
        src: 'cook',
        input: ({ context }) => context.dish,
        onDone: { target: 'ready', actions: assign({ dish: ({ event }) => event.output }) },
      },
    },
    ready: { type: 'final' },
  },
  output: ({ context }) => context.dish,
});

export const courier = setup({
  types: { events: {} as { type: 'RING' } },
  actors: { ride: fromPromise(async () => 'there') },
}).createMachine({
  id: 'courier',
  initial: 'riding',
  states: {
    riding: {
      invoke: { src: 'ride', onDone: { target: 'atTheDoor', actions: sendParent({ type: 'ARRIVED' }) } },
    },
    atTheDoor: { on: { RING: 'delivered' } },
    delivered: { type: 'final', output: 'delivered' },
  },
  output: ({ event }) => event.output,
});

/** Two workflows after each other that report on their way; the second waits for its parent's word. */
export const meal = setup({
  types: {
    input: {} as { dish: string },
    context: {} as { dish: string; news: string[] },
    events: {} as { type: 'COOKING' | 'ARRIVED' },
  },
  actors: { kitchen, courier },
  actions: { note: assign({ news: ({ context, event }) => [...context.news, event.type] }) },
}).createMachine({
  id: 'meal',
  context: ({ input }) => ({ dish: input.dish, news: [] }),
  on: { COOKING: { actions: 'note' } },
  initial: 'cooking',
  states: {
    cooking: {
      invoke: {
        src: 'kitchen',
        input: ({ context }) => ({ dish: context.dish }),
        onDone: { target: 'delivering', actions: assign({ dish: ({ event }) => event.output }) },
      },
    },
    delivering: {
      invoke: { src: 'courier', id: 'courier', onDone: 'eating' },
      on: { ARRIVED: { actions: ['note', sendTo('courier', { type: 'RING' })] } },
    },
    eating: { type: 'final' },
  },
  output: ({ context: { dish, news } }) => ({ dish, news }),
});

export const clerk = setup({
  types: {
    input: {} as { boss: AnyActorRef; cents: number },
    context: {} as { boss: AnyActorRef; cents: number },
  },
}).createMachine({
  id: 'clerk',
  context: ({ input }) => input,
  initial: 'asking',
  states: {
    asking: {
      entry: sendTo(
        ({ context }) => context.boss,
        ({ context, self }) => ({ type: 'MAY_I', cents: context.cents, from: self }),
      ),
      on: { YES: 'allowed', NO: 'denied' },
      after: { 60000: 'denied' },
    },
    allowed: { type: 'final', output: true },
    denied: { type: 'final', output: false },
  },
  output: ({ event }) => event.output,
});

/** Asks back and forth: the question names the asker. */
export const expenses = setup({
  types: {
    context: {} as { limit: number; allowed: boolean[] },
    events: {} as { type: 'MAY_I'; cents: number; from: AnyActorRef },
  },
  actors: { clerk },
}).createMachine({
  id: 'expenses',
  context: { limit: 1000, allowed: [] },
  initial: 'deciding',
  states: {
    deciding: {
      invoke: [
        { src: 'clerk', id: 'small', input: ({ self }) => ({ boss: self, cents: 400 }) },
        { src: 'clerk', id: 'large', input: ({ self }) => ({ boss: self, cents: 4000 }) },
      ],
      on: {
        MAY_I: {
          actions: sendTo(
            ({ event }) => event.from,
            ({ context, event }) => ({ type: event.cents > context.limit ? 'NO' : 'YES' }),
          ),
        },
        'xstate.done.actor.*': {
          actions: assign({
            allowed: ({ context, event }) => [
              ...context.allowed,
              (event as unknown as { output: boolean }).output,
            ],
          }),
        },
      },
      always: { guard: ({ context }) => context.allowed.length === 2, target: 'decided' },
    },
    decided: { type: 'final' },
  },
  output: ({ context }) => [...context.allowed].sort(),
});

export const fragile = setup({
  actors: {
    drop: fromPromise(async (): Promise<string> => {
      throw new RangeError('It broke.');
    }),
  },
}).createMachine({
  id: 'fragile',
  initial: 'dropping',
  states: { dropping: { invoke: { src: 'drop' } } },
});

/** A workflow that fails, and what is done instead. */
export const moving = setup({
  types: { context: {} as { damage: string } },
  actors: { fragile },
}).createMachine({
  id: 'moving',
  context: { damage: '' },
  initial: 'carrying',
  states: {
    carrying: {
      invoke: {
        src: 'fragile',
        onDone: 'moved',
        onError: {
          target: 'insured',
          actions: assign({ damage: ({ event }) => (event.error as Error).message }),
        },
      },
    },
    moved: { type: 'final' },
    insured: { type: 'final' },
  },
  output: ({ context }) => context.damage,
});

import { worker } from 'millrace/workers';
import { assign, fromPromise, setup, spawnChild } from 'xstate';

/** Workflows of tasks alone: one, several after or beside each other, over a list, with failures. */

/** Ends where it begins. */
export const hello = setup({}).createMachine({
  id: 'hello',
  initial: 'said',
  states: { said: { type: 'final', output: { said: 'Hello, millwheel!' } } },
  output: ({ event }) => event.output,
});

/** One task, which gives its output to the machine's. */
export const welcome = setup({
  types: { input: {} as { name: string }, context: {} as { name: string; card: string } },
  actors: { write: fromPromise(async ({ input }: { input: string }) => `Welcome, ${input}!`) },
}).createMachine({
  id: 'welcome',
  context: ({ input }) => ({ name: input.name, card: '' }),
  initial: 'writing',
  states: {
    writing: {
      invoke: {
        src: 'write',
        input: ({ context }) => context.name,
        onDone: { target: 'written', actions: assign({ card: ({ event }) => event.output }) },
      },
    },
    written: { type: 'final' },
  },
  output: ({ context }) => context.card,
});

/** A task for each item of a list, one after the other. */
export const arithmetic = setup({
  types: { input: {} as { sums: number[][] }, context: {} as { left: number[][]; results: number[] } },
  actors: {
    add: fromPromise(async ({ input }: { input: number[] }) => input.reduce((sum, each) => sum + each, 0)),
  },
  guards: { isDone: ({ context }) => context.left.length === 0 },
}).createMachine({
  id: 'arithmetic',
  context: ({ input }) => ({ left: input.sums, results: [] }),
  initial: 'choosing',
  states: {
    choosing: { always: [{ guard: 'isDone', target: 'solved' }, { target: 'solving' }] },
    solving: {
      invoke: {
        src: 'add',
        input: ({ context }) => context.left[0] ?? [],
        onDone: {
          target: 'choosing',
          actions: assign(({ context, event }) => ({
            left: context.left.slice(1),
            results: [...context.results, event.output],
          })),
        },
      },
    },
    solved: { type: 'final' },
  },
  output: ({ context }) => context.results,
});

/** Two branches, and what needs both. */
export const breakfast = setup({
  types: { context: {} as { eggs: string; toast: string } },
  actors: {
    boil: fromPromise(async () => 'boiled'),
    toast: fromPromise(async () => 'brown'),
  },
}).createMachine({
  id: 'breakfast',
  context: { eggs: 'raw', toast: 'white' },
  initial: 'preparing',
  states: {
    preparing: {
      type: 'parallel',
      onDone: 'served',
      states: {
        eggs: {
          initial: 'boiling',
          states: {
            boiling: {
              invoke: {
                src: 'boil',
                onDone: { target: 'ready', actions: assign({ eggs: ({ event }) => event.output }) },
              },
            },
            ready: { type: 'final' },
          },
        },
        toast: {
          initial: 'toasting',
          states: {
            toasting: {
              invoke: {
                src: 'toast',
                onDone: { target: 'ready', actions: assign({ toast: ({ event }) => event.output }) },
              },
            },
            ready: { type: 'final' },
          },
        },
      },
    },
    served: { type: 'final' },
  },
  output: ({ context }) => context,
});

/** A task that no one waits for. */
export const newsletter = setup({ actors: { send: fromPromise(async () => 'sent') } }).createMachine({
  id: 'newsletter',
  initial: 'sending',
  states: {
    sending: { entry: spawnChild('send', { id: 'send' }), after: { 200: 'closed' } },
    closed: { type: 'final' },
  },
});

class OutOfStockError extends Error {
  override readonly name = 'OutOfStock';
}

/** Errors by their names, each with a way of its own. */
export const stockOrder = setup({
  types: { input: {} as { item: string }, context: {} as { item: string; reason: string } },
  actors: {
    reserve: fromPromise(async ({ input }: { input: string }) => {
      if (input === '') throw new TypeError('Which item?');
      if (input === 'unicorn') throw new OutOfStockError('There are no unicorns.');
      return `reserved ${input}`;
    }),
  },
  guards: {
    isNamed: ({ event }, name: string) => (event as { error?: { name?: string } }).error?.name === name,
  },
  actions: {
    keepReason: assign({ reason: ({ event }) => (event as unknown as { error: Error }).error.message }),
  },
}).createMachine({
  id: 'stockOrder',
  context: ({ input }) => ({ item: input.item, reason: '' }),
  initial: 'reserving',
  states: {
    reserving: {
      invoke: {
        src: 'reserve',
        input: ({ context }) => context.item,
        onDone: 'reserved',
        onError: [
          { guard: { type: 'isNamed', params: 'OutOfStock' }, target: 'backOrdered', actions: 'keepReason' },
          { target: 'rejected', actions: 'keepReason' },
        ],
      },
    },
    reserved: { type: 'final' },
    backOrdered: { type: 'final' },
    rejected: { type: 'final' },
  },
  output: ({ context }) => context.reason,
});

/** A worker that is tried again, then one that takes what it gave. */
export const registration = setup({
  types: { input: {} as { name: string }, context: {} as { name: string; file: string; attempts: number } },
  actors: {
    register: worker<{ name: string }, { file: string; attempt: number }>({
      timeout: '30s',
      retry: { maxAttempts: 3, interval: '100ms', backoffRate: 1 },
    }),
    assignDoctor: fromPromise(async ({ input }: { input: string }) => `Dr. Who reads the ${input}`),
  },
}).createMachine({
  id: 'registration',
  context: ({ input }) => ({ name: input.name, file: '', attempts: 0 }),
  initial: 'registering',
  states: {
    registering: {
      invoke: {
        src: 'register',
        input: ({ context }) => ({ name: context.name }),
        onDone: {
          target: 'assigning',
          actions: assign({
            file: ({ event }) => event.output.file,
            attempts: ({ event }) => event.output.attempt,
          }),
        },
      },
    },
    assigning: {
      invoke: {
        src: 'assignDoctor',
        input: ({ context }) => context.file,
        onDone: { target: 'assigned', actions: assign({ file: ({ event }) => event.output }) },
      },
    },
    assigned: { type: 'final' },
  },
  output: ({ context }) => [context.attempts, context.file],
});

/** Undoes the completed steps in reverse order when a later step fails. */
export const trip = setup({
  types: { input: {} as { to: string }, context: {} as { to: string; done: string[] } },
  actors: {
    book: fromPromise(async ({ input }: { input: { what: string; to: string } }) => {
      if (input.what === 'car' && input.to === 'Venice') throw new RangeError('No cars in Venice.');
      return input.what;
    }),
    cancel: fromPromise(async ({ input }: { input: string }) => `no ${input}`),
  },
  actions: {
    note: assign({
      done: ({ context, event }) => [...context.done, (event as unknown as { output: string }).output],
    }),
  },
}).createMachine({
  id: 'trip',
  context: ({ input }) => ({ to: input.to, done: [] }),
  initial: 'hotel',
  states: {
    hotel: {
      invoke: {
        src: 'book',
        input: ({ context: { to } }) => ({ what: 'hotel', to }),
        onDone: { target: 'flight', actions: 'note' },
      },
    },
    flight: {
      invoke: {
        src: 'book',
        input: ({ context: { to } }) => ({ what: 'flight', to }),
        onDone: { target: 'car', actions: 'note' },
      },
    },
    car: {
      invoke: {
        src: 'book',
        input: ({ context: { to } }) => ({ what: 'car', to }),
        onDone: { target: 'booked', actions: 'note' },
        onError: 'undoing.flight',
      },
    },
    undoing: {
      initial: 'flight',
      onDone: 'undone',
      states: {
        flight: { invoke: { src: 'cancel', input: 'flight', onDone: { target: 'hotel', actions: 'note' } } },
        hotel: { invoke: { src: 'cancel', input: 'hotel', onDone: { target: 'clean', actions: 'note' } } },
        clean: { type: 'final' },
      },
    },
    booked: { type: 'final' },
    undone: { type: 'final' },
  },
  output: ({ context }) => context.done,
});

/** As many tasks at once as the list is long, and their join. */
export const ledger = setup({
  types: { input: {} as { customers: string[] }, context: {} as { open: number; total: number } },
  actors: { appraise: worker<{ title: string }, { cents: number }>({ timeout: '30s' }) },
}).createMachine({
  id: 'ledger',
  context: ({ input, spawn }) => {
    for (const title of input.customers) spawn('appraise', { id: `appraise ${title}`, input: { title } });
    return { open: input.customers.length, total: 0 };
  },
  initial: 'counting',
  states: {
    counting: {
      always: { guard: ({ context }) => context.open === 0, target: 'counted' },
      on: {
        'xstate.done.actor.*': {
          actions: assign(({ context, event }) => ({
            open: context.open - 1,
            total: context.total + (event as unknown as { output: { cents: number } }).output.cents,
          })),
        },
      },
    },
    counted: { type: 'final' },
  },
  output: ({ context }) => context.total,
});

/** The first of two answers counts, the other is given up. */
export const quickest = setup({
  types: { context: {} as { answer: string } },
  actors: {
    near: fromPromise(async () => 'near'),
    far: fromPromise(
      ({ signal }) =>
        new Promise<string>((resolve) => {
          const timer = setTimeout(() => resolve('far'), 20_000);
          signal.addEventListener('abort', () => clearTimeout(timer));
        }),
    ),
  },
}).createMachine({
  id: 'quickest',
  context: { answer: '' },
  initial: 'asking',
  states: {
    asking: {
      invoke: [
        {
          src: 'near',
          onDone: { target: 'answered', actions: assign({ answer: ({ event }) => String(event.output) }) },
        },
        {
          src: 'far',
          onDone: { target: 'answered', actions: assign({ answer: ({ event }) => String(event.output) }) },
        },
      ],
    },
    answered: { type: 'final' },
  },
  output: ({ context }) => context.answer,
});

import {
  type AnyStateMachine,
  assign,
  createMachine,
  enqueueActions,
  raise,
  sendParent,
  sendTo,
  setup,
} from 'xstate';
import { loan } from '../../machines/loan.ts';
import { order } from '../../machines/order.ts';
import { worker } from '../../workers/index.ts';
import { parcel, sequential } from '../support/machines.ts';
import { booking, payment, trip } from '../support/trip.ts';
import { batch } from './batch.ts';
import { census } from './census.ts';
import { definition } from './definition.ts';
import { echo } from './echo.ts';
import { errand } from './errand.ts';
import { longMuster, muster } from './muster.ts';
import { relay, sprint } from './relay.ts';

/** Starts as many children at once as do not fit into one transaction, and counts those that end. */
const leaf = setup({ types: { input: {} as number, context: {} as { n: number } } }).createMachine({
  id: 'leaf',
  context: ({ input }) => ({ n: input }),
  initial: 'waiting',
  states: { waiting: { after: { 2000: 'done' } }, done: { type: 'final' } },
  output: ({ context }) => context.n,
});

export const childrenOfFan = 95;

const fan = setup({
  types: { context: {} as { sum: number; ended: number } },
  actors: { leaf },
}).createMachine({
  id: 'fan',
  context: ({ spawn }) => {
    for (let n = 1; n <= childrenOfFan; n++) spawn('leaf', { id: `leaf-${n}`, input: n });
    return { sum: 0, ended: 0 };
  },
  on: {
    'xstate.done.actor.*': {
      actions: assign(({ context, event }) => ({
        ended: context.ended + 1,
        sum: context.sum + Number((event as { output?: unknown }).output),
      })),
    },
  },
  initial: 'waiting',
  states: {
    waiting: { always: { guard: ({ context }) => context.ended === childrenOfFan, target: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }) => context,
});

/** Holds what comes too early; a task between, and two timers, one of which is never to fire. */
const approval = setup({
  types: {
    context: {} as { by: string[] },
    events: {} as { type: 'TICK' } | { type: 'APPROVE' | 'PAY'; by: string },
  },
  actors: {
    check: worker<{ by: string[] }, boolean>({ timeout: '20s', retry: { maxAttempts: 9, interval: '1s' } }),
  },
  actions: { note: assign({ by: ({ context }, by: string) => [...context.by, by] }) },
}).createMachine({
  id: 'approval',
  meta: { millrace: { heldEvents: true } },
  context: { by: [] },
  initial: 'draft',
  states: {
    draft: { on: { TICK: 'first' } },
    first: {
      on: { APPROVE: { target: 'second', actions: { type: 'note', params: ({ event }) => event.by } } },
    },
    second: {
      after: { 3000: { target: 'checking', actions: { type: 'note', params: 'nobody' } } },
      on: { APPROVE: { target: 'checking', actions: { type: 'note', params: ({ event }) => event.by } } },
    },
    checking: {
      invoke: { src: 'check', input: ({ context }) => context, onDone: 'third', onError: 'third' },
    },
    third: { on: { PAY: 'paid' } },
    paid: { type: 'final' },
  },
  output: ({ context }) => context.by,
});

/** A race that a timer, an event and a task can win; a late one must change nothing. */
const race = setup({
  types: { context: {} as { won: string[]; rounds: number }, events: {} as { type: 'GO' } },
  actors: {
    run: worker<{ round: number }, string>({ timeout: '4s', retry: { maxAttempts: 2, interval: '500ms' } }),
  },
  actions: {
    note: assign(({ context }, who: string) => ({ won: [...context.won, who], rounds: context.rounds + 1 })),
  },
}).createMachine({
  id: 'race',
  context: { won: [], rounds: 0 },
  initial: 'running',
  states: {
    running: {
      after: { 900: { target: 'judging', actions: { type: 'note', params: 'timer' } } },
      on: { GO: { target: 'judging', actions: { type: 'note', params: 'event' } } },
      invoke: {
        src: 'run',
        input: ({ context }) => ({ round: context.rounds }),
        onDone: { target: 'judging', actions: { type: 'note', params: ({ event }) => event.output } },
        onError: { target: 'judging', actions: { type: 'note', params: 'error' } },
      },
    },
    judging: {
      after: { 50: [{ guard: ({ context }) => context.rounds >= 6, target: 'over' }, { target: 'running' }] },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => context.won,
});

/** Tasks that others answer, with a deadline and without; one that gives signs of life; one that must not be done twice. */
const film = setup({
  types: { context: {} as { said: string[] } },
  actors: {
    ask: worker<null, string>({
      waitForResult: true,
      timeout: '40s',
      retry: { maxAttempts: 2, interval: '1s' },
    }),
    approve: worker<null, string>({ waitForResult: true, startTimeout: '10s' }),
    encode: worker<null, string>({
      timeout: '60s',
      heartbeat: '5s',
      retry: { maxAttempts: 3, interval: '1s' },
    }),
    post: worker<null, string>({ once: true, timeout: '10s' }),
  },
  actions: { note: assign({ said: ({ context }, what: string) => [...context.said, what] }) },
}).createMachine({
  id: 'film',
  context: { said: [] },
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'ask',
        input: null,
        onDone: { target: 'approving', actions: { type: 'note', params: ({ event }) => event.output } },
        onError: { target: 'approving', actions: { type: 'note', params: 'nobody answered' } },
      },
    },
    approving: {
      invoke: {
        src: 'approve',
        input: null,
        onDone: { target: 'encoding', actions: { type: 'note', params: ({ event }) => event.output } },
        onError: { target: 'encoding', actions: { type: 'note', params: 'not begun' } },
      },
    },
    encoding: {
      invoke: {
        src: 'encode',
        input: null,
        onDone: { target: 'posting', actions: { type: 'note', params: ({ event }) => event.output } },
        onError: { target: 'posting', actions: { type: 'note', params: 'not encoded' } },
      },
    },
    posting: {
      invoke: {
        src: 'post',
        input: null,
        onDone: 'over',
        onError: { target: 'over', actions: { type: 'note', params: 'not posted, for all that is known' } },
      },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => context.said,
});

/** Goes on after a break where it was, which only its history knows. */
const breaks = setup({
  types: { context: {} as { done: string[] }, events: {} as { type: 'BREAK' | 'GO_ON' | 'NEXT' } },
  actions: { note: assign({ done: ({ context }, what: string) => [...context.done, what] }) },
}).createMachine({
  id: 'breaks',
  context: { done: [] },
  initial: 'working',
  states: {
    working: {
      initial: 'first',
      on: { BREAK: 'pausing' },
      states: {
        first: { on: { NEXT: { target: 'second', actions: { type: 'note', params: 'first' } } } },
        second: { on: { NEXT: { target: 'third', actions: { type: 'note', params: 'second' } } } },
        third: { on: { NEXT: { target: '#over', actions: { type: 'note', params: 'third' } } } },
        where: { type: 'history' },
      },
    },
    pausing: { after: { 1500: 'working.where' }, on: { GO_ON: 'working.where' } },
    over: { id: 'over', type: 'final' },
  },
  output: ({ context }) => context.done,
});

/** Many messages in both directions, each of which counts, in their order. */
const talk = setup({
  types: {
    context: {} as { said: number; heard: number[] },
    events: {} as { type: 'SAY' } | { type: 'HEARD'; n: number },
  },
  actors: { echo },
}).createMachine({
  id: 'talk',
  context: { said: 0, heard: [] },
  invoke: { src: 'echo', id: 'echo' },
  initial: 'talking',
  states: {
    talking: {
      after: { 20000: 'over' },
      on: {
        SAY: {
          actions: [
            sendTo('echo', ({ context }) => ({ type: 'SAY', n: context.said })),
            assign({ said: ({ context }) => context.said + 1 }),
          ],
        },
        HEARD: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.n] }) },
      },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => context,
});

/** Hears, and passes everything on to the next below, which does the same. */
const page = setup({
  types: { context: {} as { heard: number[] }, events: {} as { type: 'NOTE'; n: number } },
}).createMachine({
  id: 'page',
  context: { heard: [] },
  on: { NOTE: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.n] }) } },
});

const ledger = setup({
  types: { context: {} as { heard: number[] }, events: {} as { type: 'NOTE'; n: number; asks: boolean } },
  actors: { page },
}).createMachine({
  id: 'ledger',
  context: { heard: [] },
  invoke: { src: 'page', id: 'page' },
  on: {
    NOTE: {
      actions: [
        assign({ heard: ({ context, event }) => [...context.heard, event.n] }),
        sendTo('page', ({ event }) => event),
        enqueueActions(({ enqueue, event: { n, asks } }) => {
          if (asks) enqueue(sendParent({ type: 'NOTED', n }));
        }),
      ],
    },
  },
});

/**
 * Says something to a child on entry, on the way and on leaving its state, where the child is stopped. It hears the answers to
 * the last words in whichever state it is then.
 */
const saga = setup({
  types: {
    context: {} as { said: number; answered: number[] },
    events: {} as { type: 'TELL' | 'NEXT' | 'AGAIN' | 'OVER' } | { type: 'NOTED'; n: number },
  },
  actors: { ledger },
  actions: {
    say: enqueueActions(({ enqueue }, { asks }: { asks: boolean }) => {
      enqueue.assign({ said: ({ context }) => context.said + 1 });
      enqueue.sendTo('ledger', ({ context }) => ({ type: 'NOTE', n: context.said, asks }));
    }),
  },
}).createMachine({
  id: 'saga',
  context: { said: 0, answered: [] },
  initial: 'idle',
  on: {
    OVER: '.over',
    NOTED: {
      actions: assign({
        answered: ({ context, event }) => [...context.answered, event.n].sort((a, b) => a - b),
      }),
    },
  },
  states: {
    idle: { on: { NEXT: 'booking' }, after: { 1000: 'booking' } },
    booking: {
      invoke: { src: 'ledger', id: 'ledger' },
      entry: { type: 'say', params: { asks: false } },
      exit: [
        { type: 'say', params: { asks: true } },
        { type: 'say', params: { asks: true } },
      ],
      after: { 4000: 'idle' },
      on: {
        TELL: { actions: { type: 'say', params: { asks: false } } },
        NEXT: 'idle',
        AGAIN: { target: 'booking', reenter: true },
      },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => context.said,
});

/** Throws at some input: an execution that fails by itself, next to others. */
const poisoned = setup({
  types: { events: {} as { type: 'BOOM' } },
}).createMachine({
  id: 'poisoned',
  initial: 'waiting',
  states: {
    waiting: {
      on: {
        BOOM: {
          target: 'boom',
          guard: () => {
            throw new RangeError('boom');
          },
        },
      },
    },
    boom: { type: 'final' },
  },
});

/** Retries without a pause until the growth of the pause is not a number any more, beside delays that end after the year 9999. */
const extreme = setup({
  actors: {
    insist: worker<null, number>({
      timeout: '3s',
      retry: { maxAttempts: 1000, interval: 0, backoffRate: 100 },
    }),
  },
  delays: { ages: () => 1e300 },
}).createMachine({
  id: 'extreme',
  meta: { millrace: { timeout: '3650d' } },
  initial: 'insisting',
  states: {
    insisting: {
      entry: raise({ type: 'NEVER' }, { delay: 9e15 }),
      after: { ages: 'never' },
      on: { NEVER: 'never' },
      invoke: { src: 'insist', input: null, onDone: 'over', onError: 'over' },
    },
    never: {},
    over: { type: 'final' },
  },
});

/** The machine as someone changed it without another version: no stored state of it can be taken up. */
export function incompatible(machine: AnyStateMachine): AnyStateMachine {
  const { id, version } = machine;
  return createMachine({
    id,
    ...(version !== undefined && { version }),
    initial: 'elsewhere',
    states: { elsewhere: {} },
  });
}

export const exampleMachines = {
  order,
  loan,
  parcel,
  sequential: sequential(7),
  trip,
  booking,
  payment,
  fan,
  leaf,
  approval,
  race,
  film,
  talk,
  echo,
  breaks,
  poisoned,
  saga,
  ledger,
  page,
  extreme,
  batch,
  census,
  muster,
  longMuster,
  definition,
  errand,
  relay,
  sprint,
} as const satisfies Record<string, AnyStateMachine>;

export type ExampleName = keyof typeof exampleMachines;

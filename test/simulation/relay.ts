import { assign, fromPromise, setup } from 'xstate';
import { withPolicy, worker } from '../../workers/index.ts';

/** The last promise may come to it. */
const refused = 3;

/**
 * Promises one after the other, some of them side by side, with actions, retries, timers, events and a worker of its own
 * between them: everything that a chain takes, and everything at which it ends.
 *
 * @param step what each promise counts for. Another number is another definition of the same states
 * @param checkpoint of a machine with an id of its own, whose steps are not committed one by one
 */
function relayOf(step: number, checkpoint?: { readonly id: string; readonly every: '2s' }) {
  const passed = { type: 'note', params: { step } } as const;
  const pass = (id: string, target: string) => ({
    invoke: {
      id,
      src: 'pass' as const,
      input: ({ context }: { context: { passed: number } }) => context.passed,
      onDone: { target, actions: passed },
      onError: { target, actions: 'miss' as const },
    },
  });
  return setup({
    types: {
      context: {} as { passed: number; missed: number; told: number[] },
      events: {} as { type: 'TELL'; v?: number } | { type: 'SKIP' },
    },
    actors: {
      pass: fromPromise<number, number>(() => Promise.resolve(0)),
      'pass again': withPolicy(
        fromPromise<number, number>(() => Promise.resolve(0)),
        { timeout: checkpoint ? '3s' : '40s', retry: { maxAttempts: 3, interval: '1s' } },
      ),
      far: worker<number, { value: number }>({ timeout: '20s', retry: { maxAttempts: 3, interval: '1s' } }),
    },
    actions: {
      note: assign({ passed: ({ context }, { step: by }: { step: number }) => context.passed + by }),
      miss: assign({ missed: ({ context }) => context.missed + 1 }),
      /** A step that fails has its result in the journal, from where a redrive takes it once more. */
      refuse: assign(({ event }) => {
        if ('output' in event && event.output === refused) throw new RangeError(`${refused} is refused.`);
        return {};
      }),
      shout: () => {},
    },
  }).createMachine({
    id: checkpoint?.id ?? 'relay',
    ...(checkpoint && { meta: { millrace: { checkpoint: { every: checkpoint.every } } } }),
    context: { passed: 0, missed: 0, told: [] },
    initial: 'one',
    on: { TELL: { actions: assign({ told: ({ context, event }) => [...context.told, event.v ?? 0] }) } },
    states: {
      one: { ...pass('one', 'two'), exit: 'shout' },
      two: pass('two', 'both'),
      both: {
        type: 'parallel',
        states: {
          left: {
            initial: 'l1',
            states: { l1: pass('l1', 'l2'), l2: pass('l2', 'l3'), l3: { type: 'final' } },
          },
          right: {
            initial: 'r1',
            states: {
              r1: {
                invoke: {
                  src: 'pass again',
                  input: ({ context }) => context.passed,
                  onDone: { target: 'r2', actions: passed },
                  onError: { target: 'r2', actions: 'miss' },
                },
              },
              r2: pass('r2', 'r3'),
              r3: { type: 'final' },
            },
          },
        },
        onDone: 'three',
        on: { SKIP: 'four' },
      },
      three: { ...pass('three', 'four'), after: { 700: 'four' } },
      four: { ...pass('four', 'five'), entry: 'shout' },
      five: {
        invoke: {
          src: 'far',
          input: ({ context }) => context.passed,
          onDone: 'six',
          onError: { target: 'six', actions: 'miss' },
        },
        on: { SKIP: 'six' },
      },
      six: { ...pass('six', 'seven'), on: { SKIP: 'eight' } },
      seven: pass('seven', 'eight'),
      eight: {
        invoke: {
          id: 'eight',
          src: 'pass',
          input: ({ context }) => context.passed,
          onDone: { target: 'over', actions: [passed, 'refuse'] },
          onError: { target: 'over', actions: 'miss' },
        },
      },
      over: { type: 'final' },
    },
    output: ({ context }) => context,
  });
}

export const relay = relayOf(1);

/** The same with checkpoints: what is not committed may run again. */
export const sprint = relayOf(1, { id: 'sprint', every: '2s' });

/** The same states, so that it could go on from what the other has stored. */
export const otherRelay = relayOf(100);

import { assign, setup } from 'xstate';
import { worker } from '../../../workers/index.ts';

/** One state that a task leads back into, so many times. */
export function loop(steps: number) {
  return setup({
    types: {
      context: {} as { done: number; sum: number },
      input: {} as { from: number },
      output: {} as { sum: number },
    },
    actors: { add: worker<{ to: number }, number>({ timeout: '15m' }) },
    actions: {
      take: assign({
        done: ({ context }) => context.done + 1,
        sum: ({ event }) => ('output' in event ? Number(event.output) : Number.NaN),
      }),
    },
    guards: { isLast: ({ context }) => context.done === steps - 1 },
  }).createMachine({
    id: 'loop',
    context: ({ input }) => ({ done: 0, sum: input.from }),
    output: ({ context }) => ({ sum: context.sum }),
    initial: 'adding',
    states: {
      adding: {
        invoke: {
          src: 'add',
          input: ({ context }) => ({ to: context.sum }),
          onDone: [
            { guard: 'isLast', target: 'added', actions: 'take' },
            { target: 'adding', reenter: true, actions: 'take' },
          ],
        },
      },
      added: { type: 'final' },
    },
  });
}

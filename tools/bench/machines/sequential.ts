import { assign, setup } from 'xstate';
import { worker } from '../../../workers/index.ts';

/** A machine of so many tasks, one after the other, each in a state of its own. */
function sequential(tasks: number) {
  const stateOf = (number: number) => [
    `task${number}`,
    {
      invoke: {
        src: 'add',
        input: ({ context }: { context: Sum }) => ({ to: context.sum }),
        onDone: { target: number < tasks ? `task${number + 1}` : 'added', actions: 'take' },
      },
    },
  ];
  const states = Object.fromEntries(Array.from({ length: tasks }, (_, i) => stateOf(i + 1)));
  return setup({
    types: { context: {} as Sum, input: {} as { from: number }, output: {} as Sum },
    actors: { add: worker<{ to: number }, number>({ timeout: '15m' }) },
    actions: {
      take: assign({ sum: ({ event }) => ('output' in event ? Number(event.output) : Number.NaN) }),
    },
  }).createMachine({
    id: `sequential-${tasks}`,
    context: ({ input }) => ({ sum: input.from }),
    output: ({ context }) => ({ sum: context.sum }),
    initial: 'task1',
    states: { ...states, added: { type: 'final' } },
  });
}

interface Sum {
  readonly sum: number;
}

export const sequential1 = sequential(1);
export const sequential5 = sequential(5);
export const sequential20 = sequential(20);
export const sequential50 = sequential(50);

import { assign, setup } from 'xstate';
import { worker } from '../../../workers/index.ts';

/** Tasks of a worker with a function of its own, one after the other. */
const add = () => worker<{ to: number }, number>({ timeout: '60s' });

const step = (target: string) => ({
  invoke: {
    src: 'add' as const,
    input: ({ context }: { context: { sum: number } }) => ({ to: context.sum }),
    onDone: { target, actions: 'take' as const },
  },
});

export const stairs = setup({
  types: { context: {} as { sum: number }, events: {} as { type: 'GO' } },
  actors: { add: add() },
  actions: {
    take: assign({
      sum: ({ context, event }) => ('output' in event ? Number(event.output) : context.sum),
    }),
  },
}).createMachine({
  id: 'stairs',
  context: { sum: 0 },
  initial: 'first',
  states: {
    first: step('second'),
    second: step('third'),
    third: step('top'),
    top: { on: { GO: 'over' } },
    over: { type: 'final' },
  },
  output: ({ context }) => context.sum,
});

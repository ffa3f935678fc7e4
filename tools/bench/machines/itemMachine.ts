import { assign, setup } from 'xstate';
import { each, worker } from '../../../workers/index.ts';

const add = worker<{ readonly to: number }, number>({ timeout: '15m' });

/** The machine of an item, of so many tasks one after the other. */
function itemOf(tasks: number) {
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
    types: { context: {} as Sum, input: {} as number, output: {} as number },
    actors: { add },
    actions: {
      take: assign({ sum: ({ event }) => ('output' in event ? Number(event.output) : Number.NaN) }),
    },
  }).createMachine({
    id: `item-of-${tasks}`,
    context: ({ input }) => ({ sum: input }),
    output: ({ context }) => context.sum,
    initial: tasks > 0 ? 'task1' : 'added',
    states: { ...states, added: { type: 'final' } },
  });
}

interface Sum {
  readonly sum: number;
}

/** A list of so many items, each worked on by a machine of so many tasks. */
export function listOfMachines(items: number, tasks: number) {
  return setup({ actors: { work: each(itemOf(tasks)) } }).createMachine({
    id: `list-of-${items}-with-${tasks}`,
    initial: 'working',
    states: {
      working: {
        invoke: { src: 'work', input: Array.from({ length: items }, (_, item) => item), onDone: 'worked' },
      },
      worked: { type: 'final' },
    },
  });
}

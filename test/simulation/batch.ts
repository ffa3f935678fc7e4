import { assign, sendParent, sendTo, setup } from 'xstate';
import { each, worker } from '../../workers/index.ts';
import type { Recorded } from './checks.ts';
import { echo } from './echo.ts';
import { InvariantError } from './invariantError.ts';

/** The machine of an item: a task, a talk with a child of its own, a timer, and a word to the machine that hosts it. */
const unit = setup({
  types: {
    input: {} as number,
    context: {} as { n: number; sum: number; heard: number },
    events: {} as { type: 'HEARD'; n: number },
    output: {} as UnitOutput,
  },
  actors: {
    add: worker<{ to: number }, number>({ timeout: '5s', retry: { maxAttempts: 3, interval: '500ms' } }),
    echo,
  },
}).createMachine({
  id: 'unit',
  context: ({ input }) => ({ n: input, sum: 0, heard: 0 }),
  initial: 'adding',
  states: {
    adding: {
      invoke: {
        src: 'add',
        input: ({ context }) => ({ to: context.n }),
        onDone: { target: 'talking', actions: assign({ sum: ({ event }) => Number(event.output) }) },
        onError: 'talking',
      },
    },
    talking: {
      invoke: { src: 'echo', id: 'echo' },
      entry: sendTo('echo', ({ context }) => ({ type: 'SAY', n: context.n })),
      on: { HEARD: { target: 'resting', actions: assign({ heard: ({ event }) => event.n }) } },
    },
    resting: { after: { 700: 'done' } },
    done: { type: 'final', entry: sendParent({ type: 'NOTE' }) },
  },
  output: ({ context: { n, heard } }) => ({ n, heard }),
});

interface UnitOutput {
  readonly n: number;
  readonly heard: number;
}

const items = [1, 2, 3, 4, 5];

/** Works on a list with a machine for each item. */
export const batch = setup({
  types: {
    context: {} as { notes: number; outputs: readonly UnitOutput[] },
    events: {} as { type: 'NOTE' },
    output: {} as BatchOutput,
  },
  actors: { work: each(unit, { concurrency: 2 }) },
}).createMachine({
  id: 'batch',
  context: { notes: 0, outputs: [] },
  initial: 'working',
  on: { NOTE: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
  states: {
    working: {
      invoke: {
        src: 'work',
        input: items,
        onDone: { target: 'done', actions: assign({ outputs: ({ event }) => event.output }) },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context,
});

interface BatchOutput {
  readonly notes: number;
  readonly outputs: readonly UnitOutput[];
}

/**
 * Invariant 1, of the machines of items, which XState's own actor does not have: each has got every event that was for it,
 * and its host every one of theirs.
 */
export function checkBatch({ executionId, execution }: Recorded): void {
  if (execution.machine !== 'batch') return;
  const { status, output } = execution;
  // Someone may have stopped it.
  if (status === 'ABORTED') return;
  const expected = { notes: items.length, outputs: items.map((n) => ({ n, heard: n })) };
  if (status !== 'SUCCEEDED' || JSON.stringify(output) !== JSON.stringify(expected)) {
    const what = `an item has lost an event: it is ${status} with ${JSON.stringify(output)}`;
    throw new InvariantError(1, executionId, what);
  }
}

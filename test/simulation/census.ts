import { assign, setup } from 'xstate';
import { each, isFailedItem, worker } from '../../workers/index.ts';
import type { Recorded } from './checks.ts';
import { InvariantError } from './invariantError.ts';

/** More than two parts: other executions work on it, each on a part. */
const items = Array.from({ length: 410 }, (_, n) => n);

/** Works on a list that is too long for one execution. */
export const census = setup({
  types: { context: {} as { counted: readonly unknown[] } },
  actors: {
    count: each(worker<number, number>({ timeout: '20s', retry: { maxAttempts: 3, interval: '500ms' } }), {
      concurrency: 200,
      tolerateFailures: '100%',
    }),
  },
}).createMachine({
  id: 'census',
  context: { counted: [] },
  initial: 'counting',
  states: {
    counting: {
      invoke: {
        src: 'count',
        input: { items },
        onDone: {
          target: 'done',
          actions: assign({
            counted: ({ event }) => event.output.map((each) => (isFailedItem(each) ? null : each)),
          }),
        },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.counted,
});

/** Invariant 1, of the items of a long list, which XState's own actor does not have: each has its own result, in its place. */
export function checkCensus({ executionId, execution }: Recorded): void {
  const { machine, status, output } = execution;
  if (machine !== 'census' || executionId.includes('.') || status === 'ABORTED') return;
  const list: readonly unknown[] = Array.isArray(output) ? output : [];
  const isSound = list.length === items.length && list.every((each, n) => each === n || each === null);
  if (status === 'SUCCEEDED' && isSound) return;
  const what = `an item of its list has another's result, or none: it is ${status} with ${JSON.stringify(output)}`;
  throw new InvariantError(1, executionId, what);
}

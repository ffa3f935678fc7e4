import { assign, setup } from 'xstate';
import { partResultOf } from '../../orchestrator/core/execution/lists/listPart.ts';
import { exceptionsOf, isFailure } from '../../orchestrator/core/execution/lists/runningList.ts';
import { thresholdErrorName } from '../../orchestrator/core/policy/thresholdError.ts';
import { each, isFailedItem, worker } from '../../workers/index.ts';
import type { Recorded } from './checks.ts';
import { InvariantError } from './invariantError.ts';
import { partsOf, succeededItems } from './succeededItems.ts';

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

/**
 * Invariant 1, of the items of a long list, which XState's own actor does not have: each has its own result, in its place. It
 * fails where more of them have failed than an update tolerates, and only there.
 */
export function checkCensus(
  recorded: Recorded,
  recordedOf: (executionId: string) => Recorded | undefined,
): void {
  const { executionId, execution } = recorded;
  const { machine, status, output, error } = execution;
  if (machine !== 'census' || executionId.includes('.') || status === 'ABORTED') return;
  const list: readonly unknown[] = Array.isArray(output) ? output : [];
  const isSound = list.length === items.length && list.every((each, n) => each === n || each === null);
  if (status === 'SUCCEEDED' && isSound) return;
  if (status === 'FAILED' && error?.name === thresholdErrorName) {
    const failed = failedItems(recorded, recordedOf);
    const tolerated = leastTolerated(recorded);
    if (failed > tolerated) return;
    throw new InvariantError(
      1,
      executionId,
      `its list failed with ${failed} items, of ${tolerated} tolerated.`,
    );
  }
  const what = `an item of its list has another's result, or none: it is ${status} with ${JSON.stringify(output)}`;
  throw new InvariantError(1, executionId, what);
}

/** The fewest failures that an update has tolerated: a part that fails by an update may not know of a later one. */
function leastTolerated({ journal, log }: Recorded): number {
  const tolerated = log.flatMap(({ reference, verdict }) => {
    const item = journal.get(reference);
    return item?.kind === 'listUpdate' && verdict.type === 'applied' ? [item.limits.tolerated] : [];
  });
  return Math.min(items.length, ...tolerated);
}

/** Items that have failed by the results of the parts, and of which the logs have no success. */
function failedItems(
  { executionId }: Recorded,
  recordedOf: (executionId: string) => Recorded | undefined,
): number {
  const parts = partsOf(executionId, { task: 0, count: items.length }, recordedOf);
  const succeeded = succeededItems(parts, true);
  const outcomes = parts.flatMap(
    ({ execution: { output } }) => exceptionsOf(partResultOf(output)?.exceptions ?? '') ?? [],
  );
  return outcomes.filter((outcome) => isFailure(outcome) && !succeeded.has(outcome.index)).length;
}

import { assign, setup } from 'xstate';
import { each, itemOutcomesOf, worker } from '../../workers/index.ts';
import type { Recorded } from './checks.ts';
import { InvariantError } from './invariantError.ts';
import { partsOf, succeededItems } from './succeededItems.ts';

/** The machine of an item. It fails where its task does. */
const reporting = setup({
  types: { input: {} as number, context: {} as { n: number; reported: number } },
  actors: { count: worker<number, number>({ timeout: '20s' }) },
}).createMachine({
  id: 'reporting',
  context: ({ input }) => ({ n: input, reported: -1 }),
  initial: 'asked',
  states: {
    asked: {
      invoke: {
        src: 'count',
        input: ({ context }) => context.n,
        onDone: { target: 'pausing', actions: assign({ reported: ({ event }) => event.output }) },
      },
    },
    pausing: { after: { 400: 'reported' } },
    reported: { type: 'final' },
  },
  output: ({ context }) => context.reported,
});

const task = worker<number, number>({ worker: 'count', timeout: '20s' });

const toleratedAtFirst = 1;

/** Works on lists that may fail, and keeps what their items came to: tasks first, then machines. */
function musterOf<Id extends string>(id: Id, counts: { readonly tasks: number; readonly machines: number }) {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
  const options = { concurrency: 2, tolerateFailures: toleratedAtFirst, outcomesInError: true } as const;
  return setup({
    types: { context: {} as Record<'tasks' | 'machines', readonly unknown[] | null> },
    actors: { tasks: each(task, options), machines: each(reporting, options) },
  }).createMachine({
    id,
    context: { tasks: null, machines: null },
    initial: 'tasks',
    states: {
      tasks: {
        invoke: {
          src: 'tasks',
          input: numbers(counts.tasks),
          onDone: { target: 'machines', actions: assign({ tasks: ({ event }) => event.output }) },
          onError: {
            target: 'machines',
            actions: assign({ tasks: ({ event }) => itemOutcomesOf(event.error) ?? null }),
          },
        },
      },
      machines: {
        invoke: {
          src: 'machines',
          input: numbers(counts.machines),
          onDone: { target: 'done', actions: assign({ machines: ({ event }) => event.output }) },
          onError: {
            target: 'done',
            actions: assign({ machines: ({ event }) => itemOutcomesOf(event.error) ?? null }),
          },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context,
  });
}

const counts = { tasks: 12, machines: 8 };
/** So many that other executions work on them, two of three parts at a time. */
const longCounts = { tasks: 410, machines: 410 };

export const muster = musterOf('muster', counts);
export const longMuster = musterOf('longMuster', longCounts);

/**
 * Invariant 1, of the items of a list that failed: each has the outcome that its results have come to, by the logs of the
 * executions that worked on them.
 */
export function checkMuster(
  recorded: Recorded,
  recordedOf: (executionId: string) => Recorded | undefined,
): void {
  const { executionId, execution } = recorded;
  const { machine, status, output } = execution;
  if ((machine !== 'muster' && machine !== 'longMuster') || status === 'ABORTED') return;
  const problem =
    status === 'SUCCEEDED' && typeof output === 'object' && output !== null
      ? problemOf(output, recorded, recordedOf)
      : 'its lists have come to nothing';
  if (problem === undefined) return;
  throw new InvariantError(1, executionId, `${problem}: it is ${status} with ${JSON.stringify(output)}`);
}

function problemOf(
  output: object,
  recorded: Recorded,
  recordedOf: (executionId: string) => Recorded | undefined,
): string | undefined {
  const { executionId, execution } = recorded;
  const isLong = execution.machine === 'longMuster';
  for (const [number, list] of (['tasks', 'machines'] as const).entries()) {
    const outcomes: unknown = Reflect.get(output, list);
    const count = (isLong ? longCounts : counts)[list];
    if (!Array.isArray(outcomes) || outcomes.length !== count) {
      return `'${list}' has no outcome for each item`;
    }
    const workers = isLong ? partsOf(executionId, { task: number, count }, recordedOf) : [recorded];
    const results = new ItemResults(workers, list === 'tasks');
    const problem = problemOfList(outcomes, results, mostTolerated(recorded, number));
    if (problem !== undefined) return `'${list}': ${problem}`;
  }
  return undefined;
}

/** The most items that might fail, by the list's own limit and by its updates. */
function mostTolerated({ journal }: Recorded, task: number): number {
  const updates = [...journal.values()].filter((entry) => entry.kind === 'listUpdate');
  const tolerated = updates.map((update) => (update.task === task ? update.limits.tolerated : 0));
  return Math.max(toleratedAtFirst, ...tolerated);
}

function problemOfList(
  outcomes: readonly unknown[],
  results: ItemResults,
  tolerated: number,
): string | undefined {
  const isFailed = outcomes.some((outcome) => statusOf(outcome) !== undefined);
  if (isFailed && outcomes.filter((outcome) => statusOf(outcome) === 'error').length < 2) {
    return 'it failed, and not enough of its items have';
  }
  const failed = outcomes.filter((outcome) => typeof outcome === 'object').length;
  if (!isFailed && failed > tolerated) return `it has not failed, and ${failed} of its items have`;
  for (const [n, outcome] of outcomes.entries()) {
    if (!isFailed && !isEntry(n, outcome)) return `item ${n} has another's output`;
    const problem = isFailed ? results.problemOf(n, outcome) : undefined;
    if (problem !== undefined) return `item ${n} ${problem}`;
  }
  return undefined;
}

function statusOf(outcome: unknown): unknown {
  return Reflect.get(Object(outcome), 'status');
}

/** An entry of the output of a list that has not failed. */
function isEntry(n: number, entry: unknown): boolean {
  return entry === n || (typeof entry === 'object' && entry !== null && 'error' in entry);
}

/** The results that the items of a list have had, by the logs. A worker answers the number of its item. */
class ItemResults {
  readonly #succeeded: ReadonlySet<number>;
  readonly #areTasks: boolean;

  constructor(workers: readonly Recorded[], areTasks: boolean) {
    this.#succeeded = succeededItems(workers, areTasks);
    this.#areTasks = areTasks;
  }

  problemOf(n: number, outcome: unknown): string | undefined {
    const hasSucceeded = this.#succeeded.has(n);
    switch (statusOf(outcome)) {
      case 'done':
        if (Reflect.get(Object(outcome), 'output') !== n) return 'has the output of another';
        return hasSucceeded ? undefined : 'is done, and has no result';
      case 'error':
        return hasSucceeded ? 'has failed, and its task has not' : undefined;
      case 'stopped':
        // The machine of an item rests after its task.
        return hasSucceeded && this.#areTasks ? 'was stopped, and had succeeded' : undefined;
      case 'notStarted':
        return hasSucceeded ? 'was not started, and has a result' : undefined;
      default:
        return 'has no outcome';
    }
  }
}

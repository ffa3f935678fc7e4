import type { HistoryEvent } from '../../asl/history/historyEvent.ts';
import { type ExecutionTrace, type ScopeTrace, traceOf } from '../../asl/history/trace.ts';
import { opaqueMapsOf, withOpaqueMaps, withoutOpaqueMaps } from './opaqueMaps.ts';
import { RecordedAnswers } from './recordedAnswers.ts';
import type { RecordedRun } from './recordedRun.ts';
import { rerun } from './rerun.ts';
import { sameLeaf } from './sameValues.ts';
import { type Difference, traceDifferences } from './traceDifferences.ts';

/** The outcome of a comparison of one execution. */
export interface Comparison {
  readonly execution: string;
  readonly outcome: 'same' | 'different' | 'notCompared';
  readonly differences: readonly Difference[];
  /** Why it was not compared, or which parts of it were not. */
  readonly notes: readonly string[];
}

/** Runs an execution again in virtual time, with its recorded answers in place of its tasks, and compares the two. */
export async function compareRun(run: RecordedRun): Promise<Comparison> {
  const notes: string[] = [];
  const events = firstRunOf(run.events, notes);
  const opaque = opaqueMapsOf(run.definition);
  const recorded = withOpaqueMaps(traceOf(events), opaque);
  const problem = problemOf(recorded);
  if (problem !== undefined) return notCompared(run, problem);
  for (const name of opaque) {
    notes.push(
      `The items of '${name}' were not compared: they are executions of their own. Its result was taken from the history.`,
    );
  }
  const definition = withoutOpaqueMaps(run.definition, opaque, recorded);
  const stopAfterMs = recorded.end?.status === 'ABORTED' ? lengthMs(events) : undefined;
  const history = await rerun({
    ...run,
    definition,
    answers: new RecordedAnswers(recorded),
    ...(stopAfterMs !== undefined && { stopAfterMs }),
  });
  const actual = withOpaqueMaps(traceOf(history), opaque);
  const differences = [...traceDifferences(recorded, actual, sameLeaf(run.definition, run.wildcards))];
  return {
    execution: run.id,
    outcome: differences.length === 0 ? 'same' : 'different',
    differences,
    notes,
  };
}

export function notCompared({ id }: Pick<RecordedRun, 'id'>, reason: string): Comparison {
  return { execution: id, outcome: 'notCompared', differences: [], notes: [reason] };
}

/** A history does not say from where a redrive goes on in every branch. */
function firstRunOf(events: readonly HistoryEvent[], notes: string[]): readonly HistoryEvent[] {
  const redrive = events.findIndex(({ type }) => type === 'ExecutionRedriven');
  if (redrive < 0) return events;
  notes.push('The execution was redriven: it was compared up to its first end.');
  return events.slice(0, redrive);
}

function problemOf({ root, input, end }: ExecutionTrace): string | undefined {
  if (end === undefined) return 'It has no end in its history: it still runs, or the history was cut.';
  if (input === undefined) return withoutData;
  return lacksAnswers(root) ? withoutData : undefined;
}

const withoutData =
  'Its history has no data, or not all of it. Get the history with includeExecutionData, and one whose events are not truncated.';

function lacksAnswers({ visits }: ScopeTrace): boolean {
  return visits.some(
    ({ attempts, runs }) =>
      attempts.some(({ outcome }) => outcome?.type === 'succeeded' && outcome.output === undefined) ||
      runs.some(({ branches, iterations }) =>
        [...branches.values(), ...iterations.values()].some(lacksAnswers),
      ),
  );
}

function lengthMs(events: readonly HistoryEvent[]): number {
  return Math.max(0, (events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0));
}

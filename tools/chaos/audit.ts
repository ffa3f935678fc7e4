import { isDeepStrictEqual } from 'node:util';
import type { AnyStateMachine } from 'xstate';
import { replayRecording } from '../../client/index.ts';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { Execution, ExecutionStatus } from '../../orchestrator/core/execution/model/execution.ts';
import { journalEntryOf } from '../../orchestrator/core/execution/model/inlinedResult.ts';
import { isJournalKind, type LogEntry, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import type { HistoryItems } from '../../orchestrator/table/requests.ts';
import type { Subject } from './subjects.ts';
import type { TallyEntry } from './workers/tally/tally.ts';

/** Workers' notes about one execution. */
export type ExecutionTally = readonly TallyEntry[];

/** The evidence about one execution. */
export interface AuditedExecution {
  /** Results that came to nothing, because their attempts had been given up or the execution had ended. */
  readonly ignoredResults: number;
  readonly appliedResults: number;
  /** How many of them a chain has kept in the log. */
  readonly inlinedResults: number;
  /** Each in a sentence. */
  readonly differences: readonly string[];
}

/** An execution as seen from outside. */
export interface Witnesses {
  readonly tally: ExecutionTally;
  /** Its changes of status, as they came over the bus. */
  readonly statuses: readonly ExecutionStatus[];
}

/** Workers that keep a tally; the worker host, which runs the others, keeps none. */
const tallyingWorkers: readonly string[] = [
  'charge',
  'decideActivity',
  'releaseStock',
  'reserveStock',
  'stamp',
];

/** Holds what is stored of an execution, and what was seen of it from outside, against what must be. */
export function audit(
  subject: Subject,
  { execution, journal, segments }: HistoryItems,
  { tally, statuses }: Witnesses,
  definitions: readonly AnyStateMachine[],
): AuditedExecution {
  const { executionId } = subject;
  if (!execution) {
    const differences = [`${executionId} was lost: it never began`];
    return { ignoredResults: 0, appliedResults: 0, inlinedResults: 0, differences };
  }
  const log = [...segments, execution.log];
  const entries = log.flatMap(parseLog);
  const results = entries.filter(({ kind }) => kind === 'result' || kind === 'inlined');
  const applied = results.filter(({ verdict }) => verdict.type === 'applied');
  const replayed = replayRecording({ recording: 1, execution, journal, log }, definitions);
  return {
    ignoredResults: results.length - applied.length,
    appliedResults: applied.length,
    inlinedResults: applied.filter(({ kind }) => kind === 'inlined').length,
    differences: [
      ...endDifferences(subject, execution),
      ...outputDifferences(subject, execution),
      ...statusDifferences(subject, statuses),
      ...(replayed.outcome === 'equal' ? [] : [`its replay is not what is stored (${replayed.outcome})`]),
      ...repeated(entries.filter(({ kind }) => isJournalKind(kind))),
      ...unappliedItems(entries, journal),
      ...taskDifferences(applied, journal, tally),
      ...chargeDifferences(execution, tally),
    ].map((difference) => `${executionId}: ${difference}`),
  };
}

function endDifferences(subject: Subject, execution: Execution): string[] {
  const state = execution.state ?? null;
  const found = `${execution.status} ${typeof state === 'string' ? state : JSON.stringify(state)}`;
  const expected = `${subject.status} ${subject.state}`;
  if (plain(found) === plain(expected)) return [];
  return [`it is ${found} (${execution.error?.name ?? 'no error'}), and must be ${expected}`];
}

/** Where it is known, it shows steps that were lost or taken twice. */
function outputDifferences({ output }: Subject, { output: found }: Execution): string[] {
  if (output === undefined || isDeepStrictEqual(found, output)) return [];
  return [`its output is ${JSON.stringify(found)}, and must be ${JSON.stringify(output)}`];
}

/** It began once and ended once: between the two, at most failures that an operator took back by a redrive. */
function statusDifferences(subject: Subject, statuses: readonly ExecutionStatus[]): string[] {
  const heard = statuses.join(' ');
  const lived = /^RUNNING( (FAILED|PENDING_REDRIVE) RUNNING)*( SUCCEEDED| FAILED)?$/;
  return lived.test(heard) && statuses.at(-1) === subject.status
    ? []
    : [`the bus received '${heard}', but it must have begun once and come to ${subject.status} once`];
}

/** The stored state is JSON. */
function plain(text: string): string {
  return text.replaceAll('"', '');
}

function repeated(entries: readonly LogEntry[]): string[] {
  const references = entries.map(({ reference }) => reference);
  const twice = references.filter((reference, i) => references.indexOf(reference) !== i);
  return twice.map((reference) => `${reference} is in its log twice`);
}

function unappliedItems(entries: readonly LogEntry[], journal: readonly JournalEntry[]): string[] {
  const logged = new Set(entries.filter(({ kind }) => isJournalKind(kind)).map(({ reference }) => reference));
  return journal
    .filter(({ reference }) => !logged.has(reference))
    .map(({ reference }) => `${reference} is in its journal, and was neither applied nor ignored`);
}

/** One success at most was applied to each task, and each that was had been worked for. */
function taskDifferences(
  applied: readonly LogEntry[],
  journal: readonly JournalEntry[],
  tally: ExecutionTally,
): string[] {
  const items = new Map(journal.map((entry) => [entry.reference, entry]));
  const succeeded = new Set<number>();
  const differences: string[] = [];
  for (const entry of applied) {
    const { reference } = entry;
    const item = journalEntryOf(entry, items);
    if (item?.kind !== 'result') {
      differences.push(`${reference} was applied, and is not in its journal`);
      continue;
    }
    if (item.result.status !== 'SUCCEEDED') continue;
    if (succeeded.has(item.task)) differences.push(`a second success was applied to task ${item.task}`);
    succeeded.add(item.task);
    const { task, attempt, worker = '' } = item;
    const ran = tally.some((each) => each.task === task && each.attempt === attempt);
    if (tallyingWorkers.includes(worker) && !ran) {
      differences.push(`${reference} was applied, and no ${worker} worker had run for it`);
    }
  }
  return differences;
}

/** By its key, each card was charged once, and only for an order that was shipped. */
function chargeDifferences({ machine, output }: Execution, tally: ExecutionTally): string[] {
  if (machine !== 'order') return [];
  const charged = new Set(
    tally.filter(({ worker }) => worker === 'charge').flatMap(({ done }) => done ?? []),
  );
  const isShipped =
    typeof output === 'object' && output !== null && 'outcome' in output && output.outcome === 'shipped';
  const expected = isShipped ? 1 : 0;
  return charged.size === expected
    ? []
    : [`its card was charged under ${charged.size} keys, and must be under ${expected}`];
}

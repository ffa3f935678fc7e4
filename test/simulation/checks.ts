import { isDeepStrictEqual } from 'node:util';
import { childId } from '../../orchestrator/core/execution/model/addresses.ts';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import { type Execution, hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { journalEntryOf } from '../../orchestrator/core/execution/model/inlinedResult.ts';
import { isJournalKind, type LogEntry, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { taskKey } from '../../orchestrator/core/execution/model/openTask.ts';
import { Replay } from '../../orchestrator/core/execution/replay/replay.ts';
import type { ReplayedEntry } from '../../orchestrator/core/execution/replay/replayed.ts';
import { parseMachineState } from '../../orchestrator/core/machine/index.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import { type ListResultsTable, noLists, withListResults } from '../../orchestrator/table/listResults.ts';
import { logTextOf } from '../../orchestrator/table/logText.ts';
import type { SimulatedDatabase } from './database.ts';
import { InvariantError } from './invariantError.ts';
import type { RunEnd } from './lambda.ts';
import type { Stored } from './observer.ts';

/** An execution at the end of a run, with everything that its partition holds. */
export interface Recorded {
  readonly executionId: string;
  readonly execution: Execution;
  readonly journal: ReadonlyMap<string, JournalEntry>;
  readonly log: readonly LogEntry[];
}

/** @throws InvariantError where there is a start, and no execution came of it */
export function recordedOf(database: SimulatedDatabase, executionId: string): Recorded | undefined {
  const items = database.items(executionId);
  const journal = new Map<string, JournalEntry>();
  for (const item of items) {
    const entry = decodeJournalItem(item);
    if (entry) journal.set(entry.reference, entry);
  }
  const item = database.get(executionId, 'execution');
  if (!item) {
    if (!journal.has('start')) return undefined;
    throw new InvariantError(7, executionId, 'it has a start item, and never began.');
  }
  const execution = decodeExecution(item);
  // An item that came for an execution, and expired before it began, counts as absent.
  for (const each of items) {
    const reference = decodeJournalItem(each)?.reference;
    if (reference !== undefined && Number(each.expiresAt?.N) * 1000 <= execution.startedAt) {
      journal.delete(reference);
    }
  }
  return { executionId, execution, journal, log: logOf(execution, database) };
}

function logOf(execution: Execution, database: SimulatedDatabase): LogEntry[] {
  const { executionId, logSegments } = execution;
  const segments = Array.from({ length: logSegments }, (_, number) => {
    const text = textOf(database.get(executionId, `log#${number}`));
    if (text === undefined)
      throw new InvariantError(2, executionId, `segment ${number} of its log is missing.`);
    return text;
  });
  return [...segments, execution.log].flatMap(parseLog);
}

function textOf(item: Attributes | undefined): string | undefined {
  return logTextOf(item?.log);
}

/** Invariant 1, of one that has nothing left to do. */
export function checkApplied({ executionId, journal, log }: Recorded): void {
  const times = new Map<string, number>();
  const taken = new Map<string, number>();
  for (const { kind, reference, verdict } of log) {
    if (kind === 'inlined') {
      if (verdict.type !== 'applied')
        throw new InvariantError(1, executionId, `'${reference}' is inlined, and not applied.`);
      taken.set(reference, (taken.get(reference) ?? 0) + 1);
    }
    if (!isJournalKind(kind)) continue;
    times.set(reference, (times.get(reference) ?? 0) + 1);
    const isTaken = verdict.type === 'applied' || verdict.type === 'held';
    if (isTaken) taken.set(reference, (taken.get(reference) ?? 0) + 1);
  }
  const isRedriven = log.some(({ reference }) => {
    const item = journal.get(reference);
    if (item?.kind === 'message') return item.messages.some(({ type }) => type === 'redrive');
    return item?.kind === 'control' && item.control === 'redrive';
  });
  for (const [reference, count] of taken) {
    if (count > 1) throw new InvariantError(1, executionId, `'${reference}' was applied ${count} times.`);
  }
  for (const reference of journal.keys()) {
    const count = times.get(reference) ?? 0;
    if (count === 0) throw new InvariantError(1, executionId, `'${reference}' was never decided on.`);
    if (count > 1 && !isRedriven) {
      throw new InvariantError(1, executionId, `'${reference}' was decided on ${count} times.`);
    }
  }
  for (const reference of times.keys()) {
    if (!journal.has(reference)) {
      throw new InvariantError(1, executionId, `its log has '${reference}', which no one wrote.`);
    }
  }
}

/** The messages of one sender are applied in their order. */
export function checkMessageOrder({ executionId, journal, log }: Recorded): void {
  const last = new Map<string, number>();
  for (const { kind, reference, verdict } of log) {
    const item = kind === 'message' ? journal.get(reference) : undefined;
    if (item?.kind !== 'message' || verdict.type === 'ignored') continue;
    if (item.messages.some(({ type }) => type === 'stop' || type === 'redrive')) continue;
    const before = last.get(item.sender) ?? 0;
    if (item.number < before) {
      throw new InvariantError(1, executionId, `it took '${reference}' after number ${before}.`);
    }
    last.set(item.sender, item.number);
  }
}

/** Messages and children's starts were written with the commit that they come from. */
export function checkSent({ executionId, execution }: Recorded, database: SimulatedDatabase): void {
  const fail = (what: string) => {
    throw new InvariantError(7, executionId, what);
  };
  if (execution.outbox) fail(`${execution.outbox.length} items are left in its outbox.`);
  for (const [receiver, count] of Object.entries(execution.sent ?? {})) {
    for (let number = 1; number <= count; number++) {
      const isThere = database.get(receiver, `message#${executionId}#${number}`) !== undefined;
      if (!isThere) fail(`its message ${number} of ${count} to '${receiver}' is missing.`);
    }
  }
  for (const { task } of execution.children ?? []) {
    const id = childId(executionId, task);
    if (!database.get(id, 'start')) fail(`its child '${id}' has no start.`);
  }
  const hasParent = executionId.includes('.');
  if (!hasParent || !hasEnded(execution.status)) return;
  const parent = executionId.slice(0, executionId.lastIndexOf('.'));
  const parentItem = database.get(parent, 'execution');
  const waits = parentItem && decodeExecution(parentItem);
  const number = Number(executionId.slice(parent.length + 1));
  if (waits?.status === 'RUNNING' && waits.children?.some((child) => child.task === number)) {
    fail(`it ended ${execution.status}, and its parent waits for it.`);
  }
}

/** An execution that runs when nothing more happens: only an event could move it on. */
export function checkAtRest({ executionId, execution }: Recorded): void {
  const { status, tasks, waiting, snapshot } = execution;
  if (hasEnded(status)) return;
  const fail = (what: string) => {
    throw new InvariantError(7, executionId, what);
  };
  if (status !== 'RUNNING') fail(`it is still ${status}.`);
  if (waiting) fail('it waits for its machine.');
  const [task] = tasks;
  if (task) fail(`task ${task.task}, attempt ${task.attempt}, is open, and nothing more happens.`);
  if (snapshot !== undefined && parseMachineState(snapshot).timers.length > 0) {
    fail('it has a timer, and nothing more happens.');
  }
}

/** A result in the log is that of a run of its task, with the input that the task has there. */
export function checkInlined(
  executionId: string,
  { before }: Pick<ReplayedEntry, 'before'>,
  item: JournalEntry | undefined,
  ends: readonly RunEnd[],
): void {
  if (item?.kind !== 'result' || !item.isInlined) return;
  const open = before?.tasks.find((task) => taskKey(task) === item.reference);
  const input = JSON.stringify(open?.input ?? null);
  const isRun = ends.some(
    (end) => JSON.stringify(end.input) === input && isDeepStrictEqual(end.result, item.result),
  );
  if (isRun) return;
  const what = `the result of '${item.reference}' in its log is of no run with the input ${input}.`;
  throw new InvariantError(4, executionId, what);
}

/**
 * Invariant 2: journal and log replay to what was stored after each commit, byte for byte.
 * @param onEntry told of each entry of the log as it is replayed
 */
export async function checkReplay(
  { executionId, execution, journal, log }: Recorded,
  { machines, lists }: { readonly machines: MachineLookup; readonly lists: ListResultsTable },
  stored: readonly Stored[],
  onEntry: (replayed: ReplayedEntry, item: JournalEntry | undefined) => Promise<void>,
): Promise<void> {
  const version = execution.startedOnVersion ?? execution.machineVersion;
  const { machine } = execution;
  const known = noLists();
  const replay = new Replay(machines, {
    executionId,
    machine,
    ...(version !== undefined && { machineVersion: version }),
    ...known,
  });
  const snapshots = new Map(stored.map(({ entries, snapshot }) => [entries, snapshot]));
  const lastOf = new Map<number, string | undefined>();
  for (const { entries, snapshot } of stored) lastOf.set(entries, snapshot);
  for (const [index, entry] of log.entries()) {
    const item = journalEntryOf(entry, journal);
    const replayed = await withListResults(lists, executionId, known, () => replay.take(entry, item));
    if (replayed.divergence)
      throw new InvariantError(2, executionId, `${replayed.divergence.message} ${JSON.stringify(entry)}`);
    const entries = index + 1;
    if (snapshots.has(entries) && lastOf.get(entries) !== replayed.after?.snapshot) {
      const what = `after entry ${entries}, '${entry.reference}', the stored state is not the replayed one`;
      throw new InvariantError(
        2,
        executionId,
        `${what}:\n${lastOf.get(entries)}\n${replayed.after?.snapshot}`,
      );
    }
    await onEntry(replayed, item);
  }
  const difference = replay.compareWith(execution);
  if (difference) throw new InvariantError(2, executionId, difference.message);
}

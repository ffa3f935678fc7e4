import {
  InvalidLogError,
  journalReferences,
  oldestAt,
  parseLog,
} from '../../orchestrator/core/execution/model/log.ts';
import type { ExecutionOutline, JournalOutline } from '../../orchestrator/table/outline.ts';
import type { Finding } from './findings.ts';
import type { Partition } from './partition.ts';

export interface AssessOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Younger items are under way and not a finding. The age of an item without a date is unknown. */
  readonly graceMs: number;
  /** How long items are kept; infinite: for ever. */
  readonly retentionMs: number;
}

/** DynamoDB's clock and those of writers may differ by this much. */
const clockSkewMs = 60_000;

/** A task that was put off this often is not merely waiting for its turn. */
const manyDeferrals = 10;

/** Finds the faults of an execution from its own items alone. */
export function assess(partition: Partition, options: AssessOptions): Finding[] {
  const { executionId, execution, isUnreadable } = partition;
  if (isUnreadable) return [unreadable(executionId)];
  if (!execution) return notStarted(partition, options);
  try {
    return [
      ...unappliedItems(partition, execution, options),
      ...overdue(execution, options),
      ...undeliverable(partition, execution),
      ...logIncomplete(partition, execution, options),
    ];
  } catch (error) {
    if (error instanceof InvalidLogError) return [unreadable(executionId)];
    throw error;
  }
}

function unreadable(executionId: string): Finding {
  const detail =
    'Its execution item was not written by an orchestrator. Restore it, or delete the item so that it can start again.';
  return { kind: 'unreadable', executionId, detail };
}

function notStarted({ executionId, journal }: Partition, options: AssessOptions): Finding[] {
  const start = journal.find(({ reference }) => reference === 'start');
  if (!start || !isOld(start, options)) return [];
  return [
    {
      kind: 'notStarted',
      executionId,
      detail: `Its start${start.machine === undefined ? '' : ` of '${start.machine}'`} was never applied.`,
      references: [start.reference],
    },
  ];
}

function unappliedItems(
  partition: Partition,
  execution: ExecutionOutline,
  options: AssessOptions,
): Finding[] {
  const references = unapplied(partition, execution, options);
  if (references.length === 0) return [];
  const shown = references.slice(0, 3);
  const more = references.length > shown.length ? ` and ${references.length - shown.length} more` : '';
  const detail = `${shown.join(', ')}${more} ${references.length === 1 ? 'is' : 'are'} in its journal and not applied.`;
  return [{ kind: 'unapplied', executionId: partition.executionId, detail, references }];
}

/**
 * Items of the journal that should be in the log, and are not.
 *
 * @throws InvalidLogError
 */
export function unapplied(
  partition: Partition,
  execution: ExecutionOutline,
  options: Pick<AssessOptions, 'now' | 'graceMs'>,
): readonly string[] {
  const known = knownReferences(partition, execution);
  const open = new Set(execution.openTasks.map(({ reference }) => reference));
  const left = partition.journal.filter((item) => {
    if (known.references.has(item.reference) || !isOld(item, options)) return false;
    // A waiting execution leaves its journal as it is, except for the requests of operators.
    if (execution.isWaiting && !item.isControl) return false;
    // Where a part of the log is gone, what is as old was applied, as far as anybody knows.
    return open.has(item.reference) || (item.at ?? 0) >= known.since;
  });
  return left.map(({ reference }) => reference);
}

/** The references in the log, and the time of its oldest entry that is left; 0: the log is whole. */
function knownReferences({ segments }: Partition, execution: ExecutionOutline) {
  const references = new Set(journalReferences(execution.log));
  const texts = new Map(segments.map(({ number, text }) => [number, text]));
  for (const text of texts.values()) for (const each of journalReferences(text)) references.add(each);
  let oldest = execution.log;
  for (let number = execution.logSegments - 1; number >= 0; number--) {
    const text = texts.get(number);
    if (text === undefined) return { references, since: oldestAt(oldest) + clockSkewMs };
    oldest = text;
  }
  return { references, since: 0 };
}

/** Told by the times that the clock goes by; what the index has lost is found by the task itself. */
function overdue(execution: ExecutionOutline, { now, graceMs }: AssessOptions): Finding[] {
  const { executionId, status, isWaiting, wakeAt, taskAt, hasOutbox } = execution;
  const own = status === 'RUNNING' && !isWaiting ? taskAt : undefined;
  const times = [wakeAt, own].filter((time) => time !== undefined);
  const since = Math.min(...times);
  if (!(since <= now - graceMs)) return [];
  const at = new Date(since).toISOString();
  if (hasOutbox) {
    const detail = `Its messages to other executions have not been delivered since ${at}.`;
    return [{ kind: 'undelivered', executionId, detail }];
  }
  if (isWaiting) {
    const detail = `It waits, and should have looked again at ${at} for what it waits for.`;
    return [{ kind: 'stuckWaiting', executionId, detail, since: at }];
  }
  return [{ kind: 'overdue', executionId, detail: `It has been due since ${at}.`, since: at }];
}

function undeliverable({ segments }: Partition, execution: ExecutionOutline): Finding[] {
  const deferred = execution.openTasks.filter(({ isDeferred }) => isDeferred);
  if (execution.status !== 'RUNNING' || execution.isWaiting || deferred.length === 0) return [];
  const texts = [...segments.map(({ text }) => text), execution.log];
  const times = new Map<string, number>();
  for (const { kind, reference } of texts.flatMap(parseLog)) {
    if (kind === 'deferred') times.set(reference, (times.get(reference) ?? 0) + 1);
  }
  return deferred.flatMap(({ reference }) => {
    const count = times.get(reference) ?? 0;
    if (count < manyDeferrals) return [];
    const detail = `${reference} was put off ${count} times: its function has no capacity.`;
    return [{ kind: 'undeliverable', executionId: execution.executionId, detail, references: [reference] }];
  });
}

function logIncomplete(
  { segments }: Partition,
  execution: ExecutionOutline,
  { now, retentionMs }: AssessOptions,
): Finding[] {
  const texts = new Map(segments.map(({ number, text }) => [number, text]));
  const missing: number[] = [];
  let next = execution.log;
  for (let number = execution.logSegments - 1; number >= 0; number--) {
    const text = texts.get(number);
    if (text === undefined) {
      // It was written about then. Nothing more is known about earlier segments that are gone, too.
      if (oldestAt(next) + retentionMs < now) break;
      missing.push(number);
    } else next = text;
  }
  if (missing.length === 0) return [];
  const names = missing.map((number) => `log#${number}`).join(', ');
  const detail =
    `${names} ${missing.length === 1 ? 'is' : 'are'} gone. It goes on, but its history cannot be replayed, and what is ` +
    'as old counts as applied. Restore them from a backup of the table.';
  return [{ kind: 'logIncomplete', executionId: execution.executionId, detail }];
}

/** Expired items count as absent. */
function isOld(
  { at, expiresAt }: JournalOutline,
  { now, graceMs }: Pick<AssessOptions, 'now' | 'graceMs'>,
): boolean {
  return (expiresAt === undefined || expiresAt > now) && (at ?? 0) <= now - graceMs;
}

/** Whether a finding rests on items of unknown age: they may have come just now. */
export function isUndated({ references = [] }: Finding, { journal }: Partition): boolean {
  const dated = new Set(journal.filter(({ at }) => at !== undefined).map(({ reference }) => reference));
  const isItem = new Set(journal.map(({ reference }) => reference));
  return references.some((reference) => isItem.has(reference) && !dated.has(reference));
}

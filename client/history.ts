import type { ControlEntry, JournalEntry } from '../orchestrator/core/execution/entries.ts';
import type { Execution } from '../orchestrator/core/execution/execution.ts';
import {
  type IgnoredReason,
  isJournalKind,
  type LogEntry,
  parseLog,
} from '../orchestrator/core/execution/log.ts';
import type { Message } from '../orchestrator/core/execution/messages.ts';
import type { Json, JsonObject } from '../orchestrator/core/json.ts';
import { parseMachineState } from '../orchestrator/core/machine/state.ts';
import type { TaskError } from '../orchestrator/core/machine/step.types.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { ExecutionNotFoundError } from './errors.ts';
import { checkExecutionId } from './identifiers.ts';
import type { ClientSurroundings } from './surroundings.ts';

/** One thing that happened to an execution, in the order in which it was applied. */
export interface HistoryEntry {
  /** From 1. */
  readonly number: number;
  /** ISO 8601: when it was applied; absent while it is pending. */
  readonly at?: string;
  readonly kind: HistoryKind;
  /** Sort key of the journal item; the task's for `deferred`; empty for `wake` and `waiting`. */
  readonly reference: string;
  readonly verdict: HistoryVerdict;
  /** Of a result or a deferred task. */
  readonly task?: number;
  /** Of a list's item: its place in the list. */
  readonly index?: number;
  readonly attempt?: number;
  /** Name of the worker, where its result says it or it is open still. */
  readonly worker?: string;
  /** Of a result. */
  readonly status?: 'SUCCEEDED' | 'FAILED';
  readonly output?: Json;
  readonly error?: TaskError;
  /** Of the start. */
  readonly input?: Json;
  /** The event, its type included. */
  readonly event?: JsonObject;
  readonly control?: ControlEntry['control'];
  /** What another execution has said, and which. */
  readonly messages?: readonly Message[];
  readonly sender?: string;
  /** Of a stop: why. */
  readonly cause?: string;
  /** ISO 8601: when the item was written, as its writer says. */
  readonly writtenAt?: string;
}

/**
 * `start`, `result`, `event` and `control` are items of the journal. `wake` fired timers, retries or deadlines.
 * `message` is an item of the journal that another execution wrote. `held` is an event that was held, and taken with the
 * entry after it. `deferred` is a task whose function was throttled. `waiting` began or ended a wait for the machine.
 */
export type HistoryKind =
  | 'start'
  | 'result'
  | 'event'
  | 'control'
  | 'message'
  | 'held'
  | 'wake'
  | 'deferred'
  | 'waiting';

export type HistoryVerdict =
  | { readonly type: 'applied' }
  /** Kept until a state takes it: a `held` entry says when. */
  | { readonly type: 'held' }
  | { readonly type: 'ignored'; readonly reason: IgnoredReason }
  /** It ended the execution, or began a wait, with this error code. */
  | { readonly type: 'failed'; readonly code: string }
  /** In the journal and not yet applied. */
  | { readonly type: 'pending' };

export async function readExecutionHistory(
  { table }: ClientSurroundings,
  executionId: string,
): Promise<HistoryEntry[]> {
  checkExecutionId(executionId);
  const { execution, journal, segments } = await table.readHistory(executionId);
  // Events may come before the start: they alone make no execution.
  if (!execution && !journal.some((entry) => entry.kind === 'start'))
    throw new ExecutionNotFoundError(executionId);
  const items = new Map(journal.map((entry) => [entry.reference, entry]));
  const workers = workersOf(execution);
  const log = [...segments, ...(execution ? [execution.log] : [])].flatMap(parseLog);
  const applied = log.map((entry, i) => historyEntry(i + 1, entry, itemOf(entry, items), workers));
  const logged = new Set(log.filter(isOfJournal).map((entry) => entry.reference));
  const pending = journal
    .filter((entry) => !logged.has(entry.reference))
    .map(
      (entry, i): HistoryEntry => ({
        number: applied.length + i + 1,
        kind: kindOf(entry),
        reference: entry.reference,
        verdict: { type: 'pending' },
        ...taskOf(entry.reference, workers),
        ...detailsOf(entry),
      }),
    );
  return [...applied, ...pending];
}

function historyEntry(
  number: number,
  entry: LogEntry,
  item: JournalEntry | undefined,
  workers: ReadonlyMap<number, string>,
): HistoryEntry {
  const { reference, verdict } = entry;
  const kind = item && entry.kind !== 'held' ? kindOf(item) : entry.kind;
  const details = item && detailsOf(item);
  return {
    number,
    at: isoTime(entry.at),
    kind,
    reference,
    verdict,
    ...taskOf(reference, workers),
    ...details,
  };
}

/** `deferred` names a task, whose result may be in the journal by now and is another entry. */
function isOfJournal(entry: LogEntry): boolean {
  return isJournalKind(entry.kind);
}

function itemOf(entry: LogEntry, items: ReadonlyMap<string, JournalEntry>): JournalEntry | undefined {
  return isOfJournal(entry) ? items.get(entry.reference) : undefined;
}

function kindOf(entry: JournalEntry): HistoryKind {
  return entry.kind === 'invalidEvent' ? 'event' : entry.kind;
}

type Details = Omit<HistoryEntry, 'number' | 'at' | 'kind' | 'reference' | 'verdict'>;

function detailsOf(entry: JournalEntry): Details {
  switch (entry.kind) {
    case 'start':
      return entry.input === undefined ? {} : { input: entry.input };
    case 'result':
      return {
        ...entry.result,
        ...(entry.worker !== undefined && { worker: entry.worker }),
        ...writtenAt(entry.at),
      };
    case 'event':
      return { event: { ...entry.fields, type: entry.type }, ...writtenAt(entry.at) };
    case 'control': {
      const { control, cause } = entry;
      return { control, ...(cause !== undefined && { cause }), ...writtenAt(entry.at) };
    }
    case 'message':
      return { sender: entry.sender, messages: entry.messages, ...writtenAt(entry.at) };
    case 'invalidEvent':
      return writtenAt(entry.at);
  }
}

function writtenAt(at: string | undefined): Details {
  return at === undefined ? {} : { writtenAt: at };
}

function taskOf(reference: string, workers: ReadonlyMap<number, string>): Details {
  const match = /^task#(\d+)(?:\.(\d+))?#(\d+)$/.exec(reference);
  if (!match) return {};
  const task = Number(match[1]);
  const worker = workers.get(task);
  const index = match[2] === undefined ? {} : { index: Number(match[2]) };
  return { task, ...index, attempt: Number(match[3]), ...(worker !== undefined && { worker }) };
}

/** Worker names by task: those that are open, and those of invokes whose state is still active. */
function workersOf(execution: Execution | undefined): ReadonlyMap<number, string> {
  if (!execution) return new Map();
  const children = execution.snapshot === undefined ? {} : parseMachineState(execution.snapshot).children;
  return new Map([
    ...Object.values(children).map((child) => [child.task, child.src] as const),
    ...execution.tasks.map((task) => [task.task, task.worker] as const),
    ...(execution.fanOuts ?? []).map((fanOut) => [fanOut.task, fanOut.worker] as const),
  ]);
}

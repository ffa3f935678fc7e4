import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';
import { shownData, thrownAsJson } from '../orchestrator/core/data/thrown.ts';
import type { Message } from '../orchestrator/core/execution/children/messages.ts';
import {
  type ControlEntry,
  type JournalEntry,
  listUpdateControl,
} from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import type { IgnoredReason, LogEntry, LogEntryKind } from '../orchestrator/core/execution/model/log.ts';
import type { TaskResult } from '../orchestrator/core/execution/model/taskResult.ts';
import type { DivergenceCode } from '../orchestrator/core/execution/replay/divergence.ts';
import { namedStates } from '../orchestrator/core/machine/hostedStates.ts';
import { parseMachineState } from '../orchestrator/core/machine/state.ts';
import type { ListLimits } from '../orchestrator/core/policy/listLimits.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import type { Transition } from './transition.ts';

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
  /** The task's number, for a result or a deferred task. */
  readonly task?: number;
  /** For an item of a list: its place in the list. */
  readonly index?: number;
  readonly attempt?: number;
  /** Name of the worker, where its result says it or it is open still. */
  readonly worker?: string;
  /** For a result. */
  readonly status?: 'SUCCEEDED' | 'FAILED';
  readonly output?: Json;
  /** An error as `{ name, message, … }` with its own fields, or the value that was thrown in place of one; for a stop: its name. */
  readonly error?: Json;
  /** For the start. */
  readonly input?: Json;
  /** The event, its type included. */
  readonly event?: JsonObject;
  /** For an event that cannot be read: why. */
  readonly problem?: string;
  readonly control?: ControlEntry['control'] | typeof listUpdateControl;
  /** For an update of a list's limits. */
  readonly update?: ListUpdate;
  /** The messages of another execution, the `sender`. */
  readonly messages?: readonly Message[];
  readonly sender?: string;
  /** For a stop: why. */
  readonly cause?: string;
  /** ISO 8601: when the attempt began, for a result that the worker host has kept in the log: no item of the table shows it. */
  readonly startedAt?: string;
  /** ISO 8601: when the item was written, as its writer says. */
  readonly writtenAt?: string;
  /** Its effect on the machine. Present where the history was replayed. */
  readonly transition?: Transition;
  /** Why this entry and those after it have no `transition`, though machines were given. */
  readonly notReplayed?: { readonly code: DivergenceCode | 'JournalIncomplete'; readonly message: string };
}

/** An update of the limits of a list that is worked on. */
export interface ListUpdate extends ListLimits {
  /** Number of its actor. */
  readonly list: number;
  /** From 1: of the updates of a list, the one with the highest number counts. */
  readonly number: number;
  /** Data of its writer. */
  readonly note?: JsonObject;
}

/**
 * `start`, `result`, `event` and `control` are items of the journal. `wake` fired timers, retries or deadlines.
 * `message` is an item of the journal that another execution wrote. `held` is an event that was held, and taken with the
 * entry after it. `deferred` is a task whose function was throttled. `beat`: the wake after it has seen that
 * a worker lives. `waiting` began or ended a wait for the machine.
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
  | 'beat'
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

/** The entry for an item that is not applied yet. */
export function pendingEntry(
  number: number,
  item: JournalEntry,
  workers: ReadonlyMap<number, string>,
): HistoryEntry {
  return {
    number,
    kind: kindOf(item),
    reference: item.reference,
    verdict: { type: 'pending' },
    ...taskOf(item.reference, workers),
    ...detailsOf(item),
  };
}

/** The entry of the history for an entry of the log and its item. */
export function historyEntry(
  number: number,
  entry: LogEntry,
  item: JournalEntry | undefined,
  workers: ReadonlyMap<number, string>,
): HistoryEntry {
  const { reference, verdict } = entry;
  return {
    number,
    at: isoTime(entry.at),
    kind: item ? kindOf(item) : historyKindOf(entry.kind),
    reference,
    verdict,
    ...taskOf(reference, workers),
    ...(item && detailsOf(item)),
  };
}

function kindOf(entry: JournalEntry): HistoryKind {
  switch (entry.kind) {
    case 'invalidEvent':
      return 'event';
    case 'listUpdate':
      return 'control';
    default:
      return entry.kind;
  }
}

/** Whether a result is in the journal or in the log itself makes no difference to its history. */
function historyKindOf(kind: LogEntryKind): HistoryKind {
  return kind === 'inlined' ? 'result' : kind;
}

type Details = Omit<HistoryEntry, 'number' | 'at' | 'kind' | 'reference' | 'verdict'>;

function detailsOf(entry: JournalEntry): Details {
  switch (entry.kind) {
    case 'start':
      return entry.input === undefined ? {} : { input: entry.input };
    case 'result':
      return {
        ...resultOf(entry.result),
        ...(entry.worker !== undefined && { worker: entry.worker }),
        ...(entry.startedAt !== undefined && { startedAt: entry.startedAt }),
        ...writtenAt(entry.at),
      };
    case 'event':
      return { event: { ...entry.fields, type: entry.type }, ...writtenAt(entry.at) };
    case 'control': {
      const { control, cause, error } = entry;
      const why = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
      return { control, ...why, ...writtenAt(entry.at) };
    }
    case 'listUpdate': {
      const { task: list, number, limits, note, at } = entry;
      const update = { list, number, ...limits, ...(note && { note }) };
      return { control: listUpdateControl, update, ...writtenAt(at) };
    }
    case 'message':
      return { sender: entry.sender, messages: entry.messages, ...writtenAt(entry.at) };
    case 'invalidEvent':
      return { ...(entry.problem !== undefined && { problem: entry.problem }), ...writtenAt(entry.at) };
  }
}

function resultOf(result: TaskResult): Details {
  if (result.status === 'SUCCEEDED') return result;
  return { status: result.status, error: shownData(thrownAsJson(result.error) ?? null) };
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
export function workersOf(execution: Execution | undefined): ReadonlyMap<number, string> {
  if (!execution) return new Map();
  const state = execution.snapshot === undefined ? undefined : parseMachineState(execution.snapshot);
  const machines = state ? [...namedStates(state)] : [];
  return new Map([
    ...machines.flatMap(({ state: { children }, nameOf }) =>
      Object.values(children).map(({ task, src }) => [task, nameOf(src)] as const),
    ),
    ...execution.tasks.map((task) => [task.task, task.worker] as const),
    ...(execution.lists ?? []).map((list) => [list.task, list.worker] as const),
  ]);
}

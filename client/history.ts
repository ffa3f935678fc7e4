import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';
import { shownData, thrownAsJson } from '../orchestrator/core/data/thrown.ts';
import type { Message } from '../orchestrator/core/execution/children/messages.ts';
import type { ControlEntry, JournalEntry, TaskResult } from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import type { IgnoredReason, LogEntry } from '../orchestrator/core/execution/model/log.ts';
import type { DivergenceCode } from '../orchestrator/core/execution/replay/divergence.ts';
import { Replay } from '../orchestrator/core/execution/replay/replay.ts';
import {
  JournalIncompleteError,
  type ReplayedExecution,
} from '../orchestrator/core/execution/replay/replayed.ts';
import { parseMachineState } from '../orchestrator/core/machine/state.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { type ListResults, withListResults } from '../orchestrator/table/listResults.ts';
import type { Page } from '../orchestrator/table/requests.ts';
import { checkIsOf } from './describe.ts';
import { ExecutionNotFoundError } from './errors.ts';
import {
  decodePosition,
  encodePosition,
  type HistoryPosition,
  type LoggedEntry,
  type LogPosition,
  logStart,
  positionOf,
  readLog,
  readPending,
} from './executionLog.ts';
import { checkExecutionId } from './identifiers.ts';
import type { OfMachine } from './machineTypes.ts';
import { asStarted, lookupOf, type MachineDefinition } from './replay.ts';
import type { ClientSurroundings } from './surroundings.ts';
import { type Transition, Transitions } from './transition.ts';

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
  /** An error as `{ name, message, … }` with its own fields, or the value that was thrown in place of one. */
  readonly error?: Json;
  /** Of the start. */
  readonly input?: Json;
  /** The event, its type included. */
  readonly event?: JsonObject;
  /** Of an event that cannot be read: why. */
  readonly problem?: string;
  readonly control?: ControlEntry['control'];
  /** What another execution has said, and which. */
  readonly messages?: readonly Message[];
  readonly sender?: string;
  /** Of a stop: why. */
  readonly cause?: string;
  /** ISO 8601: when the item was written, as its writer says. */
  readonly writtenAt?: string;
  /** What it did to the machine. Present where the history was replayed. */
  readonly transition?: Transition;
  /** Why this entry and those after it have no `transition`, though machines were given. */
  readonly notReplayed?: { readonly code: DivergenceCode | 'JournalIncomplete'; readonly message: string };
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

export interface HistoryOptions extends OfMachine {
  /**
   * Definitions of the execution's machine, each version that is at hand: the history is then replayed from its start, and its
   * entries say what they did to the machine. @default none
   */
  readonly machines?: readonly MachineDefinition[];
  /** Entries a page. @default 100 */
  readonly limit?: number;
  /** Number of the first entry. @default 1 */
  readonly from?: number;
  /** The `cursor` of the page before, in place of `from`. */
  readonly cursor?: string;
}

/**
 * A page of what happened.
 *
 * @throws ExecutionNotFoundError, InvalidExecutionIdError, InvalidCursorError
 */
export async function readHistoryPage(
  surroundings: ClientSurroundings,
  executionId: string,
  { limit = 100, from = 1, cursor, ...options }: HistoryOptions,
): Promise<Page<HistoryEntry>> {
  const begin = cursor === undefined ? from : decodePosition(cursor);
  const items: HistoryEntry[] = [];
  let next: HistoryPosition | undefined;
  for await (const each of historyEntries(surroundings, executionId, {
    ...options,
    begin,
    chunk: limit + 1,
  })) {
    // Only one more tells that there are more.
    if (items.length === limit && next) return { items, cursor: encodePosition(next) };
    items.push(each.entry);
    next = each.next;
  }
  return { items };
}

/** As many entries are in memory at once. */
const chunk = 1000;

/** @throws ExecutionNotFoundError, InvalidExecutionIdError */
export async function* readHistory(
  surroundings: ClientSurroundings,
  executionId: string,
  { from = 1, ...options }: Omit<HistoryOptions, 'limit' | 'cursor'>,
): AsyncGenerator<HistoryEntry, void, undefined> {
  for await (const { entry } of historyEntries(surroundings, executionId, {
    ...options,
    begin: from,
    chunk,
  })) {
    yield entry;
  }
}

interface EntriesOptions extends OfMachine {
  readonly machines?: readonly MachineDefinition[];
  /** A number, or a place that an earlier page ended at. */
  readonly begin: number | HistoryPosition;
  readonly chunk: number;
}

async function* historyEntries(
  { table }: ClientSurroundings,
  executionId: string,
  { machine, machines, begin, chunk }: EntriesOptions,
): AsyncGenerator<{ entry: HistoryEntry; next: HistoryPosition }, void, undefined> {
  checkExecutionId(executionId);
  const execution = await table.executions.read(executionId);
  // Events may come before the start: they alone make no execution.
  const start = execution ?? (await table.journal.readStart(executionId));
  if (!start || !('machine' in start)) throw new ExecutionNotFoundError(executionId);
  checkIsOf(machine, executionId, start.machine);
  const workers = workersOf(execution);
  const first = typeof begin === 'number' ? begin : begin.number;
  const pendingBefore = typeof begin === 'number' ? 0 : begin.pending;
  let end: LogPosition = { ...logStart, number: first };
  if (execution) {
    const itemResults: ListResults = new Map();
    const replayed = machines && new ReplayedHistory(machines, { ...asStarted(execution), itemResults });
    // A replay begins at the start, wherever the page does.
    const at = replayed ? logStart : await beginOf(table, execution, begin);
    end = at;
    for await (const logged of readLog(table, execution, at, chunk)) {
      const { number, entry, item } = logged;
      const done =
        replayed &&
        (await withListResults(table, executionId, itemResults, () =>
          replayed.take(logged, number >= first),
        ));
      end = logged.next;
      if (number < first) continue;
      const known = replayed?.workers ?? workers;
      yield {
        entry: { ...historyEntry(number, entry, item, known), ...done },
        next: { ...logged.next, pending: 0 },
      };
    }
  }
  let pending = 0;
  for await (const entry of readPending(table, executionId, execution)) {
    const number = end.number + pending++;
    if (pending <= pendingBefore || number < first) continue;
    yield { entry: pendingEntry(number, entry, workers), next: { ...end, pending } };
  }
}

function beginOf(
  table: ClientSurroundings['table'],
  execution: Execution,
  begin: number | HistoryPosition,
): LogPosition | Promise<LogPosition> {
  if (typeof begin !== 'number') return begin;
  return begin === 1 ? logStart : positionOf(table, execution, begin);
}

/** The replay beside a history, for as long as it goes. */
class ReplayedHistory {
  readonly #replay: Replay | undefined;
  readonly #transitions = new Transitions();
  /** By task: those that were open lately. */
  workers: ReadonlyMap<number, string> = new Map();
  #reason: HistoryEntry['notReplayed'];
  #isToldReason = false;

  constructor(machines: readonly MachineDefinition[], execution: ReplayedExecution) {
    this.#replay = new Replay(lookupOf(machines), execution);
  }

  /** @param isShown whether the answer will be seen */
  take(logged: LoggedEntry, isShown: boolean): Pick<HistoryEntry, 'transition' | 'notReplayed'> {
    const transition = this.#reason ? undefined : this.#transition(logged, isShown);
    if (transition) return { transition };
    if (!this.#reason || this.#isToldReason || !isShown) return {};
    this.#isToldReason = true;
    return { notReplayed: this.#reason };
  }

  #transition({ entry, item, isAfterGap }: LoggedEntry, isShown: boolean): Transition | undefined {
    try {
      if (isAfterGap) throw new JournalIncompleteError('log#');
      const replayed = this.#replay?.take(entry, item);
      if (!replayed) return undefined;
      if (replayed.divergence) {
        const { code, message } = replayed.divergence;
        this.#reason = { code, message };
        return undefined;
      }
      const tasks = [...(replayed.before?.tasks ?? []), ...(replayed.after?.tasks ?? [])];
      this.workers = new Map(tasks.map(({ task, worker }) => [task, worker]));
      return isShown ? this.#transitions.of(replayed) : undefined;
    } catch (error) {
      if (!(error instanceof JournalIncompleteError)) throw error;
      this.#reason = { code: error.code, message: error.message };
      return undefined;
    }
  }
}

function pendingEntry(
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

function historyEntry(
  number: number,
  entry: LogEntry,
  item: JournalEntry | undefined,
  workers: ReadonlyMap<number, string>,
): HistoryEntry {
  const { reference, verdict } = entry;
  return {
    number,
    at: isoTime(entry.at),
    kind: item ? kindOf(item) : entry.kind,
    reference,
    verdict,
    ...taskOf(reference, workers),
    ...(item && detailsOf(item)),
  };
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
        ...resultOf(entry.result),
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
function workersOf(execution: Execution | undefined): ReadonlyMap<number, string> {
  if (!execution) return new Map();
  const children = execution.snapshot === undefined ? {} : parseMachineState(execution.snapshot).children;
  return new Map([
    ...Object.values(children).map((child) => [child.task, child.src] as const),
    ...execution.tasks.map((task) => [task.task, task.worker] as const),
    ...(execution.lists ?? []).map((list) => [list.task, list.worker] as const),
  ]);
}

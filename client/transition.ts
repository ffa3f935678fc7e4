import type { StateValue } from 'xstate';
import type { Json } from '../orchestrator/core/data/json.ts';
import { type JsonChange, jsonChanges } from '../orchestrator/core/data/jsonChanges.ts';
import { NotSerializableError, serializable } from '../orchestrator/core/data/serializable.ts';
import { shownData } from '../orchestrator/core/data/thrown.ts';
import type { Message, OutgoingItem } from '../orchestrator/core/execution/children/messages.ts';
import type { Emission } from '../orchestrator/core/execution/model/emission.ts';
import {
  type Execution,
  type ExecutionError,
  type ExecutionStatus,
  hasEnded,
} from '../orchestrator/core/execution/model/execution.ts';
import type { OpenTask } from '../orchestrator/core/execution/model/openTask.ts';
import type { ReplayedEntry } from '../orchestrator/core/execution/replay/replayed.ts';
import type { ExecutionEffect } from '../orchestrator/core/execution/step/advance.types.ts';
import {
  type MachineState,
  type MachineTimer,
  parseMachineState,
} from '../orchestrator/core/machine/index.ts';
import { mayHoldReferences } from '../orchestrator/core/machine/references.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';

/** An entry's effect on the machine: from which state to which, and what followed. */
export interface Transition {
  /** XState's state value before. Absent before the first step. */
  readonly from?: StateValue;
  readonly to?: StateValue;
  /**
   * Ids of the transitions that the machine took, in order: those of `always` and of events that it raised as well. An id is
   * `state|descriptor|place`: the id of the state, the event's descriptor (empty for `always`), and the place among the
   * alternatives for it, from 0. The first one of a start is `machine|xstate.init|0`.
   */
  readonly taken: readonly string[];
  /** Places of the context that changed. */
  readonly changes: readonly JsonChange[];
  /** The timers that fell due, then the effects to run after the commit. */
  readonly effects: readonly HistoryEffect[];
  /** The execution ended with it. */
  readonly ended?: ExecutionStatus;
  /** Why it FAILED with it. */
  readonly error?: ExecutionError;
}

/** All times are ISO 8601. */
export type HistoryEffect =
  /** The timer was due. When several were due together, one may have been cancelled by the effect of another. */
  | { readonly type: 'timerDue'; readonly event: Json }
  /** The attempt gave no result before its deadline. */
  | {
      readonly type: 'taskTimedOut';
      readonly task: number;
      readonly worker: string;
      readonly attempt: number;
    }
  /** The attempt was handed to its worker. */
  | {
      readonly type: 'taskStarted';
      readonly task: number;
      /** For an item of a list: its place in the list. */
      readonly index?: number;
      readonly worker: string;
      readonly attempt: number;
      readonly input?: Json;
    }
  /** The attempt before has failed: this one begins at `at`. */
  | {
      readonly type: 'retrySet';
      readonly task: number;
      readonly worker: string;
      readonly attempt: number;
      readonly at: string;
    }
  /** The worker's function was throttled: the same attempt begins at `at`. */
  | {
      readonly type: 'taskDeferred';
      readonly task: number;
      readonly worker: string;
      readonly attempt: number;
      readonly at: string;
    }
  /** Its result is no longer awaited: its state was left, or the machine ended. */
  | { readonly type: 'taskStopped'; readonly task: number; readonly worker: string; readonly attempt: number }
  /** The worker was asked to cancel the work outside that nothing waits for any more, such as a job of an AWS service. */
  | {
      readonly type: 'workCancelled';
      readonly task: number;
      readonly worker: string;
      readonly attempt: number;
    }
  | { readonly type: 'timerSet'; readonly event: Json; readonly dueAt: string }
  | { readonly type: 'timerCancelled'; readonly event: Json }
  /** A child machine, as an execution of its own. */
  | {
      readonly type: 'childStarted';
      readonly executionId: string;
      readonly machine: string;
      readonly version: string;
      readonly input?: Json;
    }
  /** To another execution: events, a child's result to its parent, or a stop to a child. */
  | { readonly type: 'messagesSent'; readonly to: string; readonly messages: readonly Message[] }
  /** The end of this execution, to the task of another one that has started it. */
  | {
      readonly type: 'answered';
      readonly to: string;
      readonly task: number;
      readonly status: 'SUCCEEDED' | 'FAILED';
    }
  /** An execution that a task has started, and whose end nothing waits for any more. */
  | { readonly type: 'executionStopped'; readonly executionId: string }
  | { readonly type: 'action'; readonly name: string }
  | { readonly type: 'log'; readonly label?: string; readonly value?: Json }
  | { readonly type: 'emitted'; readonly event: Json };

/** Makes transitions of the entries of one replay, in order. */
export class Transitions {
  /** The last state that was read: it is the one before the next entry. */
  #read: { readonly snapshot: string; readonly state: MachineState } | undefined;

  of(replayed: ReplayedEntry): Transition {
    const { before, after } = replayed;
    const stateBefore = this.#stateOf(before);
    const stateAfter = this.#stateOf(after);
    const endsNow = after && hasEnded(after.status) && !(before && hasEnded(before.status));
    return {
      ...(before?.state !== undefined && { from: before.state }),
      ...(after?.state !== undefined && { to: after.state }),
      taken: replayed.taken,
      changes: stateBefore === stateAfter ? [] : jsonChanges(stateBefore?.context, stateAfter?.context),
      effects: [
        ...timersDue(replayed, stateBefore, stateAfter),
        ...tasksBefore(replayed),
        ...timersSet(replayed, stateBefore, stateAfter),
        ...replayed.effects.map(historyEffect),
        ...replayed.emitted.flatMap((each) => ('event' in each ? [emittedEffect(each)] : [])),
        ...replayed.outgoing.map(outgoingEffect),
      ],
      ...(endsNow && { ended: after.status }),
      ...(endsNow && after.error && { error: after.error }),
    };
  }

  #stateOf(execution: Execution | undefined): MachineState | undefined {
    const snapshot = execution?.snapshot;
    if (snapshot === undefined) return undefined;
    if (this.#read?.snapshot !== snapshot) this.#read = { snapshot, state: shownState(snapshot) };
    return this.#read.state;
  }
}

/** Its context as its author knows it. */
function shownState(snapshot: string): MachineState {
  const state = parseMachineState(snapshot);
  return mayHoldReferences(snapshot) ? { ...state, context: shownData(state.context) } : state;
}

function timersDue(
  { entry }: ReplayedEntry,
  before: MachineState | undefined,
  after: MachineState | undefined,
): HistoryEffect[] {
  if (before === after) return [];
  return without(before?.timers, after?.timers)
    .filter(({ dueAt }) => dueAt <= entry.at)
    .map(({ event }) => ({ type: 'timerDue', event }));
}

function timersSet(
  { entry, after: execution }: ReplayedEntry,
  before: MachineState | undefined,
  after: MachineState | undefined,
): HistoryEffect[] {
  if (before === after || (execution && hasEnded(execution.status))) return [];
  const cancelled = without(before?.timers, after?.timers).filter(({ dueAt }) => dueAt > entry.at);
  const set = without(after?.timers, before?.timers);
  return [
    ...cancelled.map(({ event }) => ({ type: 'timerCancelled', event }) as const),
    ...set.map(({ event, dueAt }) => ({ type: 'timerSet', event, dueAt: isoTime(dueAt) }) as const),
  ];
}

/** The timers that the other list does not have. */
function without(
  timers: readonly MachineTimer[] = [],
  others: readonly MachineTimer[] = [],
): readonly MachineTimer[] {
  const left = others.map(timerText);
  return timers.filter((timer) => {
    const place = left.indexOf(timerText(timer));
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function timerText({ event, dueAt, to }: MachineTimer): string {
  return JSON.stringify([event, dueAt, to]);
}

/** The outcomes of the tasks that were open before. */
function tasksBefore({ entry, before, after }: ReplayedEntry): HistoryEffect[] {
  const tasks = after?.tasks ?? [];
  if (!before || tasks === before.tasks) return [];
  return before.tasks.flatMap((task) => {
    const now = tasks.find((other) => other.task === task.task);
    return taskEffects(task, now, entry);
  });
}

function taskEffects(
  task: OpenTask,
  now: OpenTask | undefined,
  entry: ReplayedEntry['entry'],
): HistoryEffect[] {
  const { worker, attempt } = task;
  const of = { task: task.task, worker };
  const isResult = entry.kind === 'result' || entry.kind === 'inlined';
  const isSettled = isResult && entry.reference === `task#${task.task}#${attempt}`;
  const isLate = entry.kind === 'wake' && (task.deadline ?? Number.POSITIVE_INFINITY) <= entry.at;
  const timedOut: HistoryEffect[] = isLate ? [{ type: 'taskTimedOut', ...of, attempt }] : [];
  if (!now) return isSettled || isLate ? timedOut : [{ type: 'taskStopped', ...of, attempt }];
  if (now.dispatchAt === undefined || now.dispatchAt === task.dispatchAt) return [];
  const at = isoTime(now.dispatchAt);
  return now.attempt === attempt
    ? [{ type: 'taskDeferred', ...of, attempt, at }]
    : [...timedOut, { type: 'retrySet', ...of, attempt: now.attempt, at }];
}

function historyEffect(effect: ExecutionEffect): HistoryEffect {
  switch (effect.type) {
    case 'dispatch': {
      const { task, index, worker, attempt, input } = effect.task;
      return {
        type: 'taskStarted',
        task,
        ...(index !== undefined && { index }),
        worker,
        attempt,
        ...(input !== undefined && { input }),
      };
    }
    case 'cancel': {
      const { task, worker, attempt } = effect.task;
      return { type: 'workCancelled', task, worker, attempt };
    }
    case 'action':
      return { type: 'action', name: effect.name };
    case 'log': {
      const { label, value } = effect;
      const shown = shownValue(value);
      return {
        type: 'log',
        ...(label !== undefined && { label }),
        ...(shown !== undefined && { value: shown }),
      };
    }
  }
}

function emittedEffect({ event }: Extract<Emission, { event: Json }>): HistoryEffect {
  return { type: 'emitted', event };
}

function outgoingEffect(item: OutgoingItem): HistoryEffect {
  if (item.type === 'message') return { type: 'messagesSent', to: item.receiver, messages: item.messages };
  if (item.type === 'stop') return { type: 'executionStopped', executionId: item.receiver };
  if (item.type === 'answer') {
    const { attempt, result } = item;
    return { type: 'answered', to: item.receiver, task: attempt.task, status: result.status };
  }
  const { receiver, machine, version, input } = item;
  return {
    type: 'childStarted',
    executionId: receiver,
    machine,
    version,
    ...(input !== undefined && { input }),
  };
}

/** A machine may log values that are not JSON. */
function shownValue(value: unknown): Json | undefined {
  try {
    return serializable(value, 'value');
  } catch (error) {
    if (error instanceof NotSerializableError) return String(value);
    throw error;
  }
}

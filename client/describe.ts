import type { StateValue } from 'xstate';
import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';
import { shownData } from '../orchestrator/core/data/thrown.ts';
import {
  doneCount,
  failedCount,
  type RunningList,
} from '../orchestrator/core/execution/lists/runningList.ts';
import { childId, parentOf } from '../orchestrator/core/execution/model/addresses.ts';
import {
  type Execution,
  type ExecutionError,
  type ExecutionStatus,
  hasEnded,
} from '../orchestrator/core/execution/model/execution.ts';
import { type OpenTask, taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import { taskToken } from '../orchestrator/core/execution/tasks/taskToken.ts';
import { hostedListsOf, statesWithin } from '../orchestrator/core/machine/hostedStates.ts';
import { mayHoldReferences } from '../orchestrator/core/machine/references.ts';
import {
  type HostedList,
  parseMachineState,
  type MachineState as StoredState,
} from '../orchestrator/core/machine/state.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import type { Beat } from '../orchestrator/table/liveness.ts';
import { DifferentMachineError, ExecutionNotFoundError } from './errors.ts';
import { checkExecutionId, machineId } from './identifiers.ts';
import type { MachineContext, MachineOutput, MachineReference, MachineState } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';
import { taskErrorStack } from './taskErrorStack.ts';

/** A description of an execution. All times are ISO 8601. */
export interface ExecutionDescription<M extends MachineReference = string> {
  readonly executionId: string;
  /** The execution whose machine has started it. */
  readonly parent?: string;
  /** Id of its machine. */
  readonly machine: string;
  /** The version it stays on. Absent until its machine has been found. */
  readonly machineVersion?: string;
  readonly status: ExecutionStatus;
  /** Present while it is only started: the orchestrator has not taken its first step. */
  readonly startPending?: true;
  /** XState's state value. */
  readonly state?: MachineState<M>;
  readonly context?: MachineContext<M>;
  /** When SUCCEEDED. */
  readonly output?: MachineOutput<M>;
  /** Why it failed, or what it waits for. */
  readonly error?: ExecutionError;
  /** Present while it waits for its machine to be deployed. */
  readonly waiting?: { readonly since: string; readonly attempts: number; readonly nextAttemptAt: string };
  /** Tasks whose results are awaited; of one that failed, timed out or was stopped, those that were open then: a redrive
   * goes on with them. */
  readonly tasks: readonly TaskDescription[];
  /** Lists that `each` works on. Absent where there are none. */
  readonly lists?: readonly ListDescription[];
  /** Child machines that have not ended: executions of their own. */
  readonly children: readonly ChildDescription[];
  /** Events that no state took yet, in the order in which they are offered again. */
  readonly heldEvents: readonly JsonObject[];
  /** Delayed events to come, such as of `after`. */
  readonly timers: readonly TimerDescription[];
  /** Absent while `startPending`. */
  readonly startedAt?: string;
  readonly updatedAt?: string;
  readonly endedAt?: string;
  /** Number of commits; 0 while `startPending`. */
  readonly version: number;
}

export interface TaskDescription {
  readonly task: number;
  readonly worker: string;
  readonly attempt: number;
  /** The attempt has failed if there is no result by then. Absent until it is dispatched. */
  readonly deadline?: string;
  /** When it will be dispatched: a retry's backoff, or a function that was throttled. */
  readonly dispatchAt?: string;
  /** Its worker must give a sign of life by then. */
  readonly heartbeatAt?: string;
  /** For a task with `waitForResult`: the token with which its result is given (`completeTask`). */
  readonly token?: string;
  /** For a task of an activity: when a worker took it, and the name of that. Absent while it waits for one. */
  readonly taken?: { readonly at: string; readonly workerName?: string };
  /** For a task with `heartbeat` or `waitForResult`: the last sign of life. */
  readonly lastHeartbeat?: { readonly at?: string; readonly progress?: Json };
}

export interface ListDescription {
  readonly task: number;
  readonly worker: string;
  /** Length of the list. */
  readonly count: number;
  /** Items that are done, those that failed among them. */
  readonly done: number;
  readonly failed: number;
  /** The execution that works on it, where it is too long for this one: that has the figures. */
  readonly delegatedTo?: string;
  /** Attempts whose results are awaited. */
  readonly inFlight: number;
  /** Attempts that wait for a retry's backoff, or for a function that was throttled. */
  readonly waiting: number;
  /** Where machines work on the items: those that are worked on now. Their tasks are the execution's. */
  readonly items?: readonly ItemDescription[];
}

export interface ItemDescription {
  /** Place in the list, from 0. */
  readonly index: number;
  /** The state that the item's machine is in. */
  readonly state: StateValue;
}

export interface ChildDescription {
  readonly executionId: string;
  readonly machine: string;
}

export interface TimerDescription {
  /** Type of the event that it sends. */
  readonly event: string;
  readonly dueAt: string;
}

export async function describeExecution<M extends MachineReference = string>(
  { table }: ClientSurroundings,
  executionId: string,
  machine?: M,
): Promise<ExecutionDescription<M>> {
  checkExecutionId(executionId);
  if (machine !== undefined) machineId(machine);
  const execution = await table.executions.read(executionId);
  const description = execution
    ? await describeRead<M>({ table }, execution)
    : await describeStart<M>({ table }, executionId);
  checkIsOf(machine, executionId, description.machine);
  return description;
}

async function describeRead<M extends MachineReference>(
  { table }: Pick<ClientSurroundings, 'table'>,
  execution: Execution,
): Promise<ExecutionDescription<M>> {
  const [beats, stack] = await Promise.all([
    beatsOf({ table }, execution),
    taskErrorStack(table.journal, execution),
  ]);
  const description = descriptionOf<M>(execution, beats);
  const { error } = description;
  return error && stack !== undefined ? { ...description, error: { ...error, stack } } : description;
}

/** @throws DifferentMachineError, InvalidMachineIdError */
export function checkIsOf(expected: MachineReference | undefined, executionId: string, found: string): void {
  if (expected === undefined || machineId(expected) === found) return;
  throw new DifferentMachineError(executionId, machineId(expected), found);
}

async function describeStart<M extends MachineReference>(
  { table }: Pick<ClientSurroundings, 'table'>,
  executionId: string,
): Promise<ExecutionDescription<M>> {
  const start = await table.journal.readStart(executionId);
  if (start?.kind !== 'start') throw new ExecutionNotFoundError(executionId);
  const { machine } = start;
  return {
    executionId,
    ...parentField(executionId),
    machine,
    status: 'RUNNING',
    startPending: true,
    tasks: [],
    children: [],
    heldEvents: [],
    timers: [],
    version: 0,
  };
}

/** The types of state, context and output are those that the caller says its machine has: what is stored is JSON. */
export function descriptionOf<M extends MachineReference>(
  execution: Execution,
  beats: readonly Beat[] = [],
): ExecutionDescription<M> {
  const { executionId, machine, machineVersion, status, state, output, error, waiting, endedAt, version } =
    execution;
  const stored = execution.snapshot === undefined ? undefined : parseMachineState(execution.snapshot);
  // The state also holds the output or the error of the execution.
  const hasMarks = mayHoldReferences(execution.snapshot ?? '');
  const shown = (data: Json) => (hasMarks ? shownData(data) : data);
  return {
    executionId,
    ...parentField(executionId),
    machine,
    ...(machineVersion !== undefined && { machineVersion }),
    status,
    ...(state !== undefined && { state: state as MachineState<M> }),
    ...(stored && { context: shown(stored.context) as MachineContext<M> }),
    ...(output !== undefined && { output: shown(output) as MachineOutput<M> }),
    ...(error && { error }),
    ...(waiting && {
      waiting: {
        since: isoTime(waiting.since),
        attempts: waiting.attempts,
        nextAttemptAt: isoTime(waiting.nextAttemptAt),
      },
    }),
    tasks: execution.tasks.map((task) => taskOf(executionId, task, beats)),
    ...listsField(execution, stored),
    children: (hasEnded(status) ? [] : (execution.children ?? [])).map((child) => ({
      executionId: childId(executionId, child.task),
      machine: child.machine,
    })),
    heldEvents: (execution.held ?? []).map(({ event }) => event),
    timers: status === 'RUNNING' ? timersOf(stored) : [],
    startedAt: isoTime(execution.startedAt),
    updatedAt: isoTime(execution.updatedAt),
    ...(endedAt !== undefined && { endedAt: isoTime(endedAt) }),
    version,
  };
}

function parentField(executionId: string): { readonly parent?: string } {
  const parent = parentOf(executionId);
  return parent === undefined ? {} : { parent };
}

/** Only tasks that must give signs of life, or whose results may come at any time, are worth a read. */
async function beatsOf(
  { table }: Pick<ClientSurroundings, 'table'>,
  { executionId, tasks }: Execution,
): Promise<Beat[]> {
  const beating = tasks.filter((task) => task.heartbeatAt !== undefined || task.waitsForResult);
  return beating.length === 0 ? [] : table.attempts.readBeats(executionId, beating);
}

function taskOf(executionId: string, open: OpenTask, beats: readonly Beat[]): TaskDescription {
  const { task, worker, attempt, deadline, dispatchAt, heartbeatAt, waitsForResult } = open;
  const beat = beats.find((each) => taskKey(each) === taskKey(open));
  return {
    task,
    worker,
    attempt,
    ...(deadline !== undefined && { deadline: isoTime(deadline) }),
    ...(dispatchAt !== undefined && { dispatchAt: isoTime(dispatchAt) }),
    ...(heartbeatAt !== undefined && { heartbeatAt: isoTime(heartbeatAt) }),
    ...(waitsForResult && { token: taskToken(executionId, open) }),
    ...(beat?.takenAt !== undefined && {
      taken: {
        at: beat.takenAt,
        ...(beat.workerName !== undefined && { workerName: beat.workerName }),
      },
    }),
    ...(isSignOfLife(beat) && {
      lastHeartbeat: {
        ...(beat.at !== undefined && { at: beat.at }),
        ...(beat.progress !== undefined && { progress: beat.progress }),
      },
    }),
  };
}

/** The first of a task that was taken from a queue is that it was taken. */
function isSignOfLife(beat: Beat | undefined): beat is Beat {
  if (!beat) return false;
  return beat.takenAt === undefined ? beat.count > 0 : beat.count > 1;
}

function listsField(
  { executionId, lists = [] }: Execution,
  state: StoredState | undefined,
): { readonly lists?: readonly ListDescription[] } {
  const hosted = state ? hostedListsOf(state) : [];
  const all = [
    ...lists.map((list) => listDescriptionOf(executionId, list)),
    ...hosted.map(({ name, list }) => hostedDescriptionOf(name, list)),
  ];
  return all.length > 0 ? { lists: all } : {};
}

function hostedDescriptionOf(name: string, list: HostedList): ListDescription {
  const { task, count, first, next, open, failures = [] } = list;
  const items = Object.entries(open).map(([index, { value }]) => ({ index: Number(index), state: value }));
  return {
    task,
    worker: name,
    count,
    done: next - first - items.length,
    failed: failures.length,
    inFlight: items.length,
    waiting: 0,
    items,
  };
}

function listDescriptionOf(executionId: string, list: RunningList): ListDescription {
  const { task, worker, count, open, isDelegated } = list;
  const waiting = open.filter(({ dispatchAt }) => dispatchAt !== undefined).length;
  return {
    task,
    worker,
    count,
    done: doneCount(list),
    failed: failedCount(list),
    inFlight: open.length - waiting,
    waiting,
    ...(isDelegated && { delegatedTo: childId(executionId, task) }),
  };
}

function timersOf(state: StoredState | undefined): TimerDescription[] {
  const all = state ? [...statesWithin(state)].flatMap((each) => each.timers) : [];
  const timers = all.sort((a, b) => a.dueAt - b.dueAt);
  return timers.map(({ event, dueAt }) => ({ event: typeOf(event), dueAt: isoTime(dueAt) }));
}

function typeOf(event: Json): string {
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
  return typeof type === 'string' ? type : JSON.stringify(event);
}

/** Whether nothing but an event from outside will bring it forward. */
export function waitsOnlyForEvents(execution: ExecutionDescription<MachineReference>): boolean {
  const { status, startPending, tasks, lists = [], children, timers, waiting } = execution;
  const open = tasks.length + lists.length + children.length + timers.length;
  return status === 'RUNNING' && !startPending && !waiting && open === 0;
}

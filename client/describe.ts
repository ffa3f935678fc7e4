import type { Json } from '../orchestrator/core/data/json.ts';
import { shownData } from '../orchestrator/core/data/thrown.ts';
import {
  doneCount,
  failedCount,
  type RunningList,
} from '../orchestrator/core/execution/lists/runningList.ts';
import { childId, parentOf } from '../orchestrator/core/execution/model/addresses.ts';
import { type Execution, hasEnded } from '../orchestrator/core/execution/model/execution.ts';
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
import type {
  ExecutionDescription,
  ListDescription,
  TaskDescription,
  TimerDescription,
} from './executionDescription.ts';
import { checkExecutionId, machineId } from './identifiers.ts';
import type { MachineContext, MachineOutput, MachineReference, MachineState } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';
import { taskErrorStack } from './taskErrorStack.ts';

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

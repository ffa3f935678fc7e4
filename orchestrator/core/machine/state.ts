import type { StateValue } from 'xstate';
import type { Json } from '../data/json.ts';
import type { TaskError } from '../data/thrown.ts';
import type { ItemsAddress } from '../policy/itemPages.ts';
import { mapValues } from './mapValues.ts';
import type { DataPath } from './references.ts';

/**
 * A machine's data between two steps, as it is stored (JSON). XState's persisted snapshot is not enough: it has
 * neither the order of active states nor history that survives a dot in a state's key.
 *
 * In `context`, in `output` and in timers' events an actor is `{ $actor: address, id }`: see references.ts. An error in
 * `context` is `{ name, message, … }`, and `errors` says where.
 */
export interface MachineState {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value: StateValue;
  readonly context: Json;
  /** Places in `context` that hold an error. */
  readonly errors?: readonly DataPath[];
  readonly output?: Json;
  readonly error?: Json;
  /** By actor id. A child that has ended stays until the state that invoked it is left, as in XState. */
  readonly children: Readonly<Record<string, MachineChild>>;
  /** Running children whose id a later one took. As in XState, they run on and their results still come. */
  readonly orphans?: readonly OrphanedChild[];
  readonly timers: readonly MachineTimer[];
  /** History states' remembered states, as state-node orders, by the id of the history state. */
  readonly history?: Readonly<Record<string, readonly number[]>>;
  /** Active state nodes' orders, in the order of entry: kept while a parallel state makes it matter. */
  readonly order?: readonly number[];
  /** The number that the next task gets. Numbers are never used twice in an execution. */
  readonly nextTask: number;
  /** Counts children spawned without an id, so that their ids do not depend on the process. */
  readonly nextAnonymous: number;
  /** Lists on whose items machines work, within this one. */
  readonly lists?: readonly HostedList[];
}

/**
 * A running `each` of a machine. An item's machine is a part of the machine that hosts it: tasks and children of the items
 * have numbers of the whole execution.
 */
export interface HostedList {
  /** Number of the actor. */
  readonly task: number;
  readonly src: string;
  /** Its items are those from `first` on, `count` of them. */
  readonly first: number;
  readonly count: number;
  readonly concurrency: number;
  /** Items that may fail. */
  readonly tolerated: number;
  /** Number of the last update of its limits. */
  readonly updates?: number;
  /** Index of the first item that was not started yet. */
  readonly next: number;
  /** The items from `next` on, unless they are at `items`. */
  readonly pending: readonly Json[];
  /** Where the items are, so that no step stores them again. */
  readonly items?: ItemsAddress;
  /** By index: the machines of the items that are worked on. */
  readonly open: Readonly<Record<string, MachineState>>;
  /** By index. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Indexes of outputs in which errors are marked. */
  readonly marked?: readonly number[];
  /** The items that failed, in that order. */
  readonly failures?: readonly FailedItemOfList[];
}

export interface FailedItemOfList {
  readonly index: number;
  readonly error: TaskError;
}

export interface MachineChild {
  readonly task: number;
  readonly src: string;
  readonly systemId?: string;
  readonly status: 'active' | 'done' | 'error';
}

export interface OrphanedChild extends MachineChild {
  readonly actorId: string;
}

export interface MachineTimer {
  /** Send id: what `cancel` names. */
  readonly id?: string;
  readonly event: Json;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  /** Address of the actor the event goes to; the machine itself where absent. */
  readonly to?: string;
  /** Another timer took this one's id: `cancel` does not reach it any more (as in XState's scheduler). */
  readonly loose?: true;
}

/** Before its first step. */
export const unstarted: MachineState = {
  status: 'active',
  value: {},
  context: {},
  children: {},
  timers: [],
  nextTask: 0,
  nextAnonymous: 0,
};

/** The stored form: a value that is the usual one, or stands there twice, takes no bytes. */
interface StoredMachineState
  extends Omit<MachineState, 'children' | 'timers' | 'nextTask' | 'nextAnonymous' | 'lists'> {
  readonly children?: Readonly<Record<string, StoredChild>>;
  readonly timers?: readonly (MachineTimer | StoredAfter)[];
  readonly nextTask?: number;
  readonly nextAnonymous?: number;
  readonly lists?: readonly StoredList[];
}

interface StoredList extends Omit<HostedList, 'first' | 'pending' | 'open' | 'outputs'> {
  readonly first?: number;
  readonly pending?: readonly Json[];
  readonly open?: Readonly<Record<string, StoredMachineState>>;
  readonly outputs?: Readonly<Record<string, Json>>;
}

/** Active where there is no status. */
type StoredChild = Omit<MachineChild, 'status'> & Partial<Pick<MachineChild, 'status'>>;

/** A timer of `after`: its id is the type of its event, which has nothing else. */
type StoredAfter = Pick<MachineTimer, 'dueAt' | 'loose'> & { readonly after: string };

const afterPrefix = 'xstate.after.';

export function storeMachineState(state: MachineState): string {
  return JSON.stringify(toStored(state));
}

function toStored(state: MachineState): StoredMachineState {
  const { children, timers, nextTask, nextAnonymous, lists = [], ...rest } = state;
  return {
    ...rest,
    ...(isEmpty(children) ? {} : { children: mapValues(children, toStoredChild) }),
    ...(timers.length === 0 ? {} : { timers: timers.map(toStoredTimer) }),
    ...(nextTask === 0 ? {} : { nextTask }),
    ...(nextAnonymous === 0 ? {} : { nextAnonymous }),
    ...(lists.length === 0 ? {} : { lists: lists.map(toStoredList) }),
  };
}

/** The reverse of {@link storeMachineState}. */
export function parseMachineState(text: string): MachineState {
  return fromStored(JSON.parse(text));
}

function fromStored(stored: StoredMachineState): MachineState {
  const { children = {}, timers = [], nextTask = 0, nextAnonymous = 0, lists = [], ...rest } = stored;
  return {
    ...rest,
    children: mapValues(children, toChild),
    timers: timers.map(toTimer),
    nextTask,
    nextAnonymous,
    ...(lists.length === 0 ? {} : { lists: lists.map(toList) }),
  };
}

function toStoredList({ first, pending, open, outputs, ...rest }: HostedList): StoredList {
  return {
    ...rest,
    ...(first === 0 ? {} : { first }),
    ...(pending.length === 0 ? {} : { pending }),
    ...(isEmpty(open) ? {} : { open: mapValues(open, toStored) }),
    ...(isEmpty(outputs) ? {} : { outputs }),
  };
}

function toList({ first = 0, pending = [], open = {}, outputs = {}, ...rest }: StoredList): HostedList {
  return { ...rest, first, pending, open: mapValues(open, fromStored), outputs };
}

/** The running child that a task number belongs to. */
export function runningChild(state: MachineState, task: number): OrphanedChild | undefined {
  for (const [actorId, child] of Object.entries(state.children)) {
    if (child.task === task && child.status === 'active') return { ...child, actorId };
  }
  return state.orphans?.find((orphan) => orphan.task === task);
}

function toStoredChild({ status, ...child }: MachineChild): StoredChild {
  return status === 'active' ? child : { ...child, status };
}

function toChild(stored: StoredChild): MachineChild {
  return { ...stored, status: stored.status ?? 'active' };
}

function toStoredTimer(timer: MachineTimer): MachineTimer | StoredAfter {
  const { id, event, to, ...rest } = timer;
  if (id === undefined || to !== undefined || !id.startsWith(afterPrefix) || !isBare(event, id)) return timer;
  return { after: id.slice(afterPrefix.length), ...rest };
}

function toTimer(stored: MachineTimer | StoredAfter): MachineTimer {
  if (!('after' in stored)) return stored;
  const { after, ...rest } = stored;
  const id = afterPrefix + after;
  return { id, event: { type: id }, ...rest };
}

function isBare(event: Json, type: string): boolean {
  if (typeof event !== 'object' || event === null || !('type' in event)) return false;
  return event.type === type && Object.keys(event).length === 1;
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

import type { StateValue } from 'xstate';
import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';
import type { ExecutionError, ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import type { MachineContext, MachineOutput, MachineReference, MachineState } from './machineTypes.ts';

/** A description of an execution. All times are ISO 8601. */
export interface ExecutionDescription<M extends MachineReference = string> {
  readonly executionId: string;
  /** The execution whose machine started this one. */
  readonly parent?: string;
  /** Id of its machine. */
  readonly machine: string;
  /** The version that the execution stays on. Absent until its machine has been found. */
  readonly machineVersion?: string;
  readonly status: ExecutionStatus;
  /** Present until the orchestrator has taken the execution's first step. */
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
  /**
   * Tasks that have no result yet. If the execution failed, timed out or was stopped, the tasks that were open at that time: a
   * redrive continues with them.
   */
  readonly tasks: readonly TaskDescription[];
  /** Lists that `each` works on. Absent where there are none. */
  readonly lists?: readonly ListDescription[];
  /** Child machines that have not ended. Each is an execution of its own. */
  readonly children: readonly ChildDescription[];
  /** Events that no state has taken yet, in the order in which they will be offered again. */
  readonly heldEvents: readonly JsonObject[];
  /** Delayed events that are not due yet, such as those of `after`. */
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
  /** The attempt fails if its result has not arrived by this time. Absent until the attempt is dispatched. */
  readonly deadline?: string;
  /** When it will be dispatched: after the backoff of a retry, or because its function was throttled. */
  readonly dispatchAt?: string;
  /** The attempt fails if its worker has not sent a heartbeat by this time. */
  readonly heartbeatAt?: string;
  /** For a task with `waitForResult`: the token with which its result is given (`completeTask`). */
  readonly token?: string;
  /** For a task of an activity: when a worker took it, and the worker's name. Absent until a worker takes it. */
  readonly taken?: { readonly at: string; readonly workerName?: string };
  /** For a task with `heartbeat` or `waitForResult`: its last heartbeat. */
  readonly lastHeartbeat?: { readonly at?: string; readonly progress?: Json };
}

export interface ListDescription {
  readonly task: number;
  readonly worker: string;
  /** Length of the list. */
  readonly count: number;
  /** Items that are done, including those that failed. */
  readonly done: number;
  readonly failed: number;
  /** The execution that works on the list if it is too long for this one. Its own description has the figures. */
  readonly delegatedTo?: string;
  /** Attempts whose results are awaited. */
  readonly inFlight: number;
  /** Attempts that wait for a retry's backoff, or for a function that was throttled. */
  readonly waiting: number;
  /** If machines work on the items: the items in progress. Their tasks are among those of the execution. */
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

import type { StateValue } from 'xstate';
import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';
import type { ExecutionError, ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import type { MachineContext, MachineOutput, MachineReference, MachineState } from './machineTypes.ts';

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

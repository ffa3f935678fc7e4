import type { StateValue } from 'xstate';
import type { Json } from '../../data/json.ts';
import type { MachineEvent, MachineFailure } from '../../machine/step.types.ts';
import type { Redrives } from '../../policy/redrives.ts';
import type { OutgoingItem } from '../children/messages.ts';
import type { RunningList } from '../lists/runningList.ts';
import type { OpenTask } from './openTask.ts';

/** Step Functions' status names, and two of our own: SUSPENDED by an operator, and waiting for a redrive. */
export const executionStatuses = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
  'PENDING_REDRIVE',
  'SUSPENDED',
] as const;

export type ExecutionStatus = (typeof executionStatuses)[number];

/** SUCCEEDED, FAILED, TIMED_OUT and ABORTED: nothing that arrives later changes the execution. */
export function hasEnded(status: ExecutionStatus): boolean {
  switch (status) {
    case 'SUCCEEDED':
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return true;
    case 'RUNNING':
    case 'PENDING_REDRIVE':
    case 'SUSPENDED':
      return false;
  }
}

/** Everything that is known of an execution between two steps: the content of its `execution` item. */
export interface Execution {
  readonly executionId: string;
  /** Id of its machine. */
  readonly machine: string;
  /** The version it started with and stays on. Absent until its machine has been found. */
  readonly machineVersion?: string;
  /** Hash of the machine's structure at the first step. */
  readonly definitionHash?: string;
  readonly status: ExecutionStatus;
  /** Number of commits taken: the condition of the next one. */
  readonly version: number;
  /** Milliseconds since the epoch, as all times here. */
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
  /** XState's state value, to read. */
  readonly state?: StateValue;
  /** The serialized {@link MachineState}. Absent before the first step. */
  readonly snapshot?: string;
  /**
   * Key of the object that the last commit's snapshot is stored under; with no `snapshot` beside it, it has not been
   * fetched. Absent where the item has it.
   */
  readonly snapshotAt?: string;
  readonly output?: Json;
  /** Key of the object that holds the output, where the item does not. */
  readonly outputAt?: string;
  readonly error?: ExecutionError;
  /** Present while what it needs is not there (its machine, a definition that can read its state). */
  readonly waiting?: Waiting;
  readonly tasks: readonly OpenTask[];
  /** Lists that are worked on, each with tasks of its own. Absent where there are none. */
  readonly lists?: readonly RunningList[];
  /** Child machines that have not ended: executions of their own. */
  readonly children?: readonly ChildExecution[];
  /** Number of message items sent to, and applied from, each other execution that is still of interest. */
  readonly sent?: Readonly<Record<string, number>>;
  readonly received?: Readonly<Record<string, number>>;
  /** Items that did not fit into the last commit's transaction, in order: the next commits write them. */
  readonly outbox?: readonly OutgoingItem[];
  /** Events that no active state took yet, in order: offered again after each transition. */
  readonly held?: readonly HeldEvent[];
  /** The entries that were applied, in order, newest last: see log.ts. */
  readonly log: string;
  /** The entry that made it FAILED: a redrive begins there. */
  readonly failed?: Failed;
  /** Number of its parent's message item that redrove it, until it goes on: a stop sent before that does not count. */
  readonly redriveNumber?: number;
  /** When it was suspended. */
  readonly suspendedAt?: number;
  /** When it is TIMED_OUT. */
  readonly timeoutAt?: number;
  /** The version that it started with, where a redrive has changed it. */
  readonly startedOnVersion?: string;
  /** The trace that it belongs to, as its start has it: W3C Trace Context. */
  readonly traceparent?: string;
  /** Token of the task of another execution that waits for this one to end. */
  readonly answerTo?: string;
  /** How often it was redriven after it had ended, and when last. Absent: never. */
  readonly redrives?: Redrives;
  /** A redrive's patch to the input of the task or start that failed, until it goes on. */
  readonly inputPatch?: Json;
  /** Number of older segments of the log, stored as items of their own. */
  readonly logSegments: number;
  /** When its data was last renewed. Absent until then: see policy/retention.ts. */
  readonly renewedAt?: number;
  /** When the clock is to wake it. Absent: never. */
  readonly wakeAt?: number;
}

/** A child machine, whose execution is `<parent>.<task>`. */
export interface ChildExecution {
  readonly task: number;
  readonly machine: string;
}

export interface HeldEvent {
  /** Its journal item. */
  readonly reference: string;
  readonly event: MachineEvent;
  /** It comes from another execution: actors in it are references. */
  readonly isMessage?: true;
}

/** A task that failed, or a journal item that the machine could not take. */
export interface Failed {
  readonly task?: number;
  /** For a list: the item whose failure was one too many. */
  readonly item?: number;
  readonly reference?: string;
  /** How many messages of the item were taken. */
  readonly messages?: number;
}

export interface Waiting {
  /** It was redriven: attempts whose time has run out are followed by others. */
  readonly isRedrive?: true;
  readonly since: number;
  readonly attempts: number;
  readonly nextAttemptAt: number;
}

/**
 * Why an execution failed, or what it waits for. `code` is stable; `message` says what to do. Beside these are the fields of
 * what was thrown, such as `status`, `cause` and `errors`. A field of its own that is named `code` is `ownCode` here; a
 * thrown value that is not an error is `thrown`.
 */
export interface ExecutionError {
  readonly code: ExecutionErrorCode;
  /** Class name of what was thrown, or the task error's name. */
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly [field: string]: Json | undefined;
}

export type ExecutionErrorCode =
  | MachineFailure['code']
  /** The state does not fit into an item, even compressed. */
  | 'StateTooLarge'
  /** A worker's output is larger than an item, even compressed (Step Functions: `States.DataLimitExceeded`). */
  | 'DataLimitExceeded'
  /** Machines start each other more than 50 levels deep. */
  | 'ChildTooDeep'
  /** The execution's time is over (`meta.millrace.timeout`). */
  | 'ExecutionTimedOut'
  /** It was stopped, and a reason was given. */
  | 'Stopped'
  /** The start item cannot be read. */
  | 'InvalidStart'
  /** The machine or that version of it is not deployed: the execution waits. */
  | 'MachineNotDeployed'
  /** The deployed machine cannot read the stored state: the execution waits. */
  | 'DefinitionMismatch'
  /** Data that is in the object store cannot be read or written: the execution waits. */
  | 'DataUnavailable'
  /** A defect of the orchestrator: the execution waits. */
  | 'InternalError';

import type { AnyActorLogic } from 'xstate';
import type { StartedExecution } from '../../orchestrator/core/policy/perTask.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json } from '../json.ts';
import type { TaskState } from '../model/model.ts';
import type { Surroundings } from '../random.ts';
import type { Identity } from './context.ts';

/** A Task state in its definition. */
export interface TaskPlace {
  /** The definition's names from its start, divided by slashes: `Each order/Charge`. */
  readonly path: string;
  readonly task: TaskState;
}

/** How a task is run. */
export interface Integration {
  readonly logic: AnyActorLogic;
  /** Whether `HeartbeatSeconds` holds for it. */
  readonly takesHeartbeats?: boolean;
  /** The state waits for the end of an execution: that of `starts`, which the core stops where the state is left. */
  readonly startsExecution?: boolean;
  /** The actor starts a job; later tasks of the same actor look at it, until one of them has a result. */
  readonly job?: Job;
  /** Whether the state's data can have a token. @default where its resource says so */
  readonly hasToken?: boolean;
  /** The actor's input, from the state's arguments: once for each attempt. */
  input(given: Json, attempt: TaskAttempt): TaskInput;
  /** The state's result, from what the actor gave. */
  result(output: Json, end: TaskEnd): Json;
  /**
   * The failure that its error stands for. @default by its name and message
   *
   * @throws EvaluationError where the task has not begun
   */
  failure?(error: unknown, end: TaskEnd): Failure | undefined;
}

/** A job that goes on elsewhere while a state waits for its end. */
export interface Job {
  /** Where the state is left before the job has ended, the worker of the tasks cancels it. */
  readonly isCancellable: boolean;
  /**
   * The facts that name the job, from the output of the task that started it.
   *
   * @param startedAt in milliseconds since the epoch
   */
  nameIn(output: Json, startedAt: number): Json;
  /** The input of a task that looks at it. */
  look(name: Json): Json;
}

export interface TaskAttempt {
  /** The role of the state's `Credentials`. */
  readonly roleArn?: string;
  readonly executionId: string;
  /** Address of the machine that has the state: the execution, or an item of a Map state. */
  readonly actor: string;
  readonly surroundings: Surroundings;
  readonly identity: Identity;
}

export interface TaskInput {
  readonly input: Json;
  /** Data that the result needs: it is in the context while the task runs. */
  readonly kept?: Json;
  readonly starts?: StartedExecution;
}

export interface TaskEnd {
  readonly kept: Json | undefined;
  readonly identity: Identity;
}

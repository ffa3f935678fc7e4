import type { Json } from '../../data/json.ts';
import type { OutsideWork, StartedExecution } from '../../policy/perTask.ts';

/** A task whose result is awaited. */
export interface OpenTask {
  readonly task: number;
  /** For a list's item: its place in the list, from 0. */
  readonly index?: number;
  /** Name of its actor source in the machine. */
  readonly worker: string;
  readonly attempt: number;
  /** The journal item or wake that made it due: an orchestrator that meets that again dispatches it again. */
  readonly cause: string;
  /** An attempt without a result by then has failed. Absent until it is dispatched. */
  readonly deadline?: number;
  /** Its worker must have given a sign of life by then that was not seen before. */
  readonly heartbeatAt?: number;
  /** Counter of the last sign of life that was seen. */
  readonly beat?: number;
  /** Its worker must have begun by then. Absent once it has. */
  readonly startBy?: number;
  /** The result comes from elsewhere, by the task's token. */
  readonly waitsForResult?: boolean;
  /** Not dispatched before then: a retry's backoff, or a function that was throttled. */
  readonly dispatchAt?: number;
  /** Retries that each retry policy of its worker has granted, where it has several. */
  readonly retries?: readonly number[];
  /** In place of its policy's, in milliseconds. */
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  /** The execution whose end is its result. */
  readonly starts?: StartedExecution;
  /** Its part in work outside, which its worker can cancel; or that it had to when the execution ended. */
  readonly work?: OutsideWork | 'cancelled';
  readonly input?: Json;
  /** Key of the object that holds the input, where the item does not. */
  readonly inputAt?: string;
}

/** The numbers that name one attempt within an execution. */
export interface AttemptNumbers {
  readonly task: number;
  readonly index?: number;
  readonly attempt: number;
}

/** Sort key of the item that a task attempt's result is written to: `task#3#1`, for an item of a list `task#3.17#1`. */
export function taskKey(numbers: AttemptNumbers): string {
  return `task#${taskId(numbers)}#${numbers.attempt}`;
}

/** The id that names a task within an execution: `3`, for an item of a list `3.17`. */
export function taskId({ task, index }: Pick<AttemptNumbers, 'task' | 'index'>): string {
  return index === undefined ? String(task) : `${task}.${index}`;
}

import { isError } from '../orchestrator/core/data/describeThrown.ts';
import type { Duration } from '../orchestrator/core/policy/duration.ts';
import type { WorkerFailure } from './entry.ts';

/** The fault of one invocation of a worker. */
export type WorkerFault =
  /** The worker throws it; by its name alone, or whole. It is not called. */
  | { readonly error: string | WorkerFailure | Error }
  /** It is not called, and no result ever comes: the attempt's deadline passes. */
  | 'timeOut'
  /** Its process ends before it answers, as one that is killed: the attempt fails at once with `Lambda.Unknown`. */
  | 'die'
  /** Its function has no capacity: it is invoked again a second or some later, as the same attempt. */
  | 'throttle'
  /** Lambda runs the invocation twice. */
  | 'duplicate'
  /** Its result comes after so much time, and so too late where that is longer than its timeout. */
  | { readonly takes: Duration };

/** One time that a worker ran. */
export interface WorkerInvocation {
  readonly executionId: string;
  readonly worker: string;
  /** Number of the task within the execution. */
  readonly task: number;
  /** 1 for the first. */
  readonly attempt: number;
  readonly input: unknown;
  /** ISO 8601, in the cloud's time. */
  readonly at: string;
}

/** Faults that wait for the next invocations of their workers, in the order in which they were asked for. */
export class InjectedFaults {
  readonly #faults = new Map<string, WorkerFault[]>();

  add(worker: string, fault: WorkerFault, times: number): void {
    const faults = this.#faults.get(worker) ?? [];
    faults.push(...Array.from({ length: times }, () => fault));
    this.#faults.set(worker, faults);
  }

  take(worker: string): WorkerFault | undefined {
    return this.#faults.get(worker)?.shift();
  }
}

/** An error that a worker throws. */
export function errorOf(failure: string | WorkerFailure | Error): Error {
  if (isError(failure)) return failure;
  const { name, message, ...fields } = typeof failure === 'string' ? { name: failure } : failure;
  return Object.assign(new Error(message ?? `${name}, as the test asks for`), { name, ...fields });
}

import type { Execution, ExecutionStatus } from '../core/execution/model/execution.ts';

/** An execution as it is named to the outside. */
export type Subject = Pick<Execution, 'executionId' | 'machine' | 'machineVersion'>;

/** The names of an execution, and nothing more. */
export function subjectOf({ executionId, machine, machineVersion }: Subject): Subject {
  return { executionId, machine, ...(machineVersion !== undefined && { machineVersion }) };
}

/**
 * The orchestrator's actions, reported as they happen. Metrics are counted from them. A report (report.ts) is about
 * something that an operator should know; an activity is about every step.
 */
export type Activity =
  /** A commit was taken, with the results of so many task attempts, and with the statuses that it entered. */
  | {
      readonly type: 'committed';
      readonly execution: Execution;
      readonly results: number;
      readonly entered: readonly ExecutionStatus[];
    }
  /** A commit was refused because another one came first. */
  | { readonly type: 'conflicted'; readonly execution: Subject }
  /** The stream delivered again what an earlier commit has applied. */
  | { readonly type: 'redelivered'; readonly execution: Subject; readonly records: number }
  /** Tasks were handed over once more, because the orchestrator that committed them may have died before it did. */
  | { readonly type: 'redispatched'; readonly execution: Subject; readonly tasks: number }
  /** The clock called for an execution that runs. */
  | { readonly type: 'woken'; readonly execution: Subject }
  /** A batch of the stream is done with, so long after its oldest record was written. */
  | { readonly type: 'batchDone'; readonly records: number; readonly ageMs: number }
  /** A look of the clock found something that has been due for so long. */
  | { readonly type: 'overdue'; readonly ageMs: number };

/** Called within a step: it has to be quick, and must not throw. */
export type Observer = (activity: Activity) => void;

export const nobody: Observer = () => {};

import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import type { PatchTarget } from '../orchestrator/core/execution/control/inputPatch.ts';
import { childId } from '../orchestrator/core/execution/model/addresses.ts';
import type { ExecutionError, ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import type { Divergence } from '../orchestrator/core/execution/replay/divergence.ts';

/** Thrown for an execution id that Millrace cannot use; nothing was written. */
export class InvalidExecutionIdError extends MillraceError {
  override readonly code = 'InvalidExecutionId';
  override readonly name = 'InvalidExecutionIdError';
}

/** Thrown for a machine id or version that no machine can have; nothing was written. */
export class InvalidMachineIdError extends MillraceError {
  override readonly code = 'InvalidMachineId';
  override readonly name = 'InvalidMachineIdError';
}

/** Thrown for an event without a type, or with an id that cannot be part of a key; nothing was written. */
export class InvalidEventError extends MillraceError {
  override readonly code = 'InvalidEvent';
  override readonly name = 'InvalidEventError';
}

/** Thrown for an event whose type only XState or Millrace itself may send; nothing was written. */
export class ReservedEventTypeError extends MillraceError {
  override readonly code = 'ReservedEventType';
  override readonly name = 'ReservedEventTypeError';
  constructor(type: string) {
    super(
      `The event type '${type}' is reserved: '*' is every event, and 'xstate.' and 'millrace.' begin types of their own. Rename it.`,
    );
  }
}

/** Thrown when no execution has the id, and none was started with it. */
export class ExecutionNotFoundError extends MillraceError {
  override readonly code = 'ExecutionNotFound';
  override readonly name = 'ExecutionNotFoundError';
  constructor(executionId: string) {
    super(
      `Execution '${executionId}' was not found in this table. Check the id and the table. Ended executions are ` +
        'deleted after the retention time.',
    );
  }
}

/** Thrown when an execution was described by a machine that it is not an execution of. */
export class DifferentMachineError extends MillraceError {
  override readonly code = 'DifferentMachine';
  override readonly name = 'DifferentMachineError';
  constructor(executionId: string, expected: string, found: string) {
    super(
      `The execution '${executionId}' is one of the machine '${found}', not of '${expected}'. ` +
        'Pass its own machine, or none.',
    );
  }
}

/** Thrown when an execution is redriven that runs, is suspended or has succeeded; nothing was written. */
export class NotRedrivableError extends MillraceError {
  override readonly code = 'NotRedrivable';
  override readonly name = 'NotRedrivableError';
  constructor(executionId: string, status: ExecutionStatus) {
    const instead = status === 'SUSPENDED' ? ' Resume it.' : '';
    super(
      `The execution '${executionId}' is ${status}: only one that is FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE can be ` +
        `redriven.${instead}`,
    );
  }
}

/** Thrown for a redrive of an execution that ended so long ago that its data is about to expire; nothing was written. */
export class RedriveTooLateError extends MillraceError {
  override readonly code = 'RedriveTooLate';
  override readonly name = 'RedriveTooLateError';
  constructor(executionId: string, endedAt: string, redrivableDays: number) {
    super(
      `The execution '${executionId}' ended at ${endedAt}, more than ${redrivableDays} days ago: its data is about to expire, ` +
        'and it can no longer be redriven. Start a new execution with the same input.',
    );
  }
}

/** Thrown for a patch of an input, where nothing that failed has an input that it could change; nothing was written. */
export class InputPatchNotApplicableError extends MillraceError {
  override readonly code = 'InputPatchNotApplicable';
  override readonly name = 'InputPatchNotApplicableError';
  constructor(executionId: string, { because, task }: Extract<PatchTarget, { type: 'none' }>) {
    super(
      `The redrive of '${executionId}' was given a patch of an input, and ${whyNotPatched(executionId, because, task)}`,
    );
  }
}

function whyNotPatched(
  executionId: string,
  because: Extract<PatchTarget, { type: 'none' }>['because'],
  task = 0,
): string {
  switch (because) {
    case 'child':
      return `what failed is its child '${childId(executionId, task)}': redrive that with the patch, then this one without.`;
    case 'list':
      return 'what failed are items of a list, which stay as they are: redrive it without, or start another execution.';
    case 'item':
      return 'what failed is the machine itself, on something that has no input: redrive it without, or with a corrected version.';
    case 'nothingFailed':
      return 'no task of it has failed, nor its start: redrive it without.';
  }
}

/** Thrown for a state or a tag that the machine does not have, and for a tag without the machine that has the tags. */
export class InvalidWaitError extends MillraceError {
  override readonly code = 'InvalidWait';
  override readonly name = 'InvalidWaitError';
}

/** Thrown when the time to wait is over. The executions go on; wait again for longer. */
export class WaitTimeoutError extends MillraceError {
  override readonly code = 'WaitTimeout';
  override readonly name = 'WaitTimeoutError';
  constructor(what: string, timeoutMs: number) {
    super(`${what} after ${timeoutMs} ms. Nothing was stopped: wait again, for longer.`);
  }
}

/** Thrown when an execution that was started for its output has ended without one. */
export class ExecutionNotSucceededError extends MillraceError {
  override readonly code = 'ExecutionNotSucceeded';
  override readonly name = 'ExecutionNotSucceededError';
  readonly executionId: string;
  readonly status: ExecutionStatus;
  constructor(executionId: string, status: ExecutionStatus, error: ExecutionError | undefined) {
    const why = error ? ` (${error.name}: ${error.message})` : '';
    super(
      `The execution '${executionId}' is ${status}${why}. Look at it with describe; redrive it once the reason is gone.`,
    );
    this.executionId = executionId;
    this.status = status;
  }
}

/** Thrown when the history of an execution has fewer entries than the one asked for. */
export class HistoryEntryNotFoundError extends MillraceError {
  override readonly code = 'HistoryEntryNotFound';
  override readonly name = 'HistoryEntryNotFoundError';
  constructor(executionId: string, number: number, entries: number) {
    super(
      `The history of '${executionId}' has ${entries} entries so far. There is no state after entry ${number} yet.`,
    );
  }
}

/** Thrown when a past state cannot be shown, because the given machine is not the one that ran then. */
export class ReplayDivergedError extends MillraceError {
  override readonly code = 'ReplayDiverged';
  override readonly name = 'ReplayDivergedError';
  readonly divergence: Divergence;
  constructor(executionId: string, divergence: Divergence) {
    const { number, reference, message } = divergence;
    super(
      `The replay of '${executionId}' diverges at entry ${number} (${reference}). ${message} ` +
        'Replay it with the definition that it ran with.',
    );
    this.divergence = divergence;
  }
}

/** Thrown when executions in a status do not accept that request; nothing was written. */
export class ControlMismatchError extends MillraceError {
  override readonly code = 'ControlMismatch';
  override readonly name = 'ControlMismatchError';
  constructor(control: string, status: string) {
    super(
      `A ${control} means nothing to executions that are ${status}: stop takes RUNNING, SUSPENDED and PENDING_REDRIVE; redrive ` +
        'FAILED, TIMED_OUT, ABORTED and PENDING_REDRIVE; suspend RUNNING; resume SUSPENDED.',
    );
  }
}

/** Thrown where only RUNNING executions of a time are asked for: the index has them by their next wake. Nothing was written. */
export class SinceNotApplicableError extends MillraceError {
  override readonly code = 'SinceNotApplicable';
  override readonly name = 'SinceNotApplicableError';
  constructor() {
    super(
      'Only executions of one machine in one status other than RUNNING are listed by time: leave since out, or name a machine and a status.',
    );
  }
}

/** Thrown for a text that is not the name of an activity, or of a worker of one; nothing was written. */
export class InvalidActivityNameError extends MillraceError {
  override readonly code = 'InvalidActivityName';
  override readonly name = 'InvalidActivityNameError';
}

/** Thrown for a text that is not the token of a task; nothing was written. */
export class InvalidTaskTokenError extends MillraceError {
  override readonly code = 'InvalidTaskToken';
  override readonly name = 'InvalidTaskTokenError';
  constructor(token: unknown) {
    super(
      `${JSON.stringify(token)} is not a token of a task. A token is '<executionId>#<task>#<attempt>': task.token in the worker, ` +
        'or tasks[].token of describe.',
    );
  }
}

/** Thrown for an error of a task that has no usable name; nothing was written. */
export class InvalidTaskErrorError extends MillraceError {
  override readonly code = 'InvalidTaskError';
  override readonly name = 'InvalidTaskErrorError';
}

/** Thrown when the attempt has another result already: the first one counts. */
export class TaskAlreadyCompletedError extends MillraceError {
  override readonly code = 'TaskAlreadyCompleted';
  override readonly name = 'TaskAlreadyCompletedError';
  constructor(token: string) {
    super(`The attempt '${token}' has another result already, and the first one counts: see the history.`);
  }
}

/** Thrown when the attempt's result is not awaited: it has timed out, is over, or there is another attempt. */
export class TaskNotOpenError extends MillraceError {
  override readonly code = 'TaskNotOpen';
  override readonly name = 'TaskNotOpenError';
  constructor(executionId: string, key: string, status: ExecutionStatus) {
    super(
      `The execution '${executionId}' is ${status} and does not wait for '${key}': the attempt has timed out, was stopped, or ` +
        'was followed by another. Its history says which.',
    );
  }
}

import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { type ExecutionStatus, hasEnded } from '../orchestrator/core/execution/model/execution.ts';
/** Thrown for arguments that are wrong together, or files and JSON that cannot be read; nothing was written. */
export class InvalidInputError extends MillraceError {
  override readonly code = 'InvalidInput';
  override readonly name = 'InvalidInputError';
}

/** Thrown for an event to an execution that has ended, and where it is to be stopped, suspended or resumed; nothing was written. */
export class ExecutionEndedError extends MillraceError {
  override readonly code = 'ExecutionEnded';
  override readonly name = 'ExecutionEndedError';
  constructor(executionId: string, status: ExecutionStatus) {
    const next =
      status === 'SUCCEEDED' ? 'Start another execution.' : 'Redrive it first, or start another execution.';
    super(`The execution '${executionId}' has ended as ${status}, and nothing was sent to it. ${next}`);
  }
}

/** Thrown when a command finds no cloud to talk to. */
export class NoCloudError extends MillraceError {
  override readonly code = 'NoCloud';
  override readonly name = 'NoCloudError';
}

/** Thrown where there is no local cloud with a bus. */
export class NoBusError extends MillraceError {
  override readonly code = 'NoBus';
  override readonly name = 'NoBusError';
}

/** Thrown when the local cloud's bus does not answer. */
export class CannotReachBusError extends MillraceError {
  override readonly code = 'CannotReachBus';
  override readonly name = 'CannotReachBusError';
}

/** Thrown when a service of the AWS account that `migrate` reads does not answer. */
export class CannotReachAwsError extends MillraceError {
  override readonly code = 'CannotReachAws';
  override readonly name = 'CannotReachAwsError';
}

/** The reason that a command is aborted with when the user interrupts it. */
export class InterruptedError extends MillraceError {
  override readonly code = 'Interrupted';
  override readonly name = 'InterruptedError';
}

/** @throws ExecutionEndedError */
export function refuseEnded({ executionId, status }: { executionId: string; status: ExecutionStatus }): void {
  if (hasEnded(status)) throw new ExecutionEndedError(executionId, status);
}

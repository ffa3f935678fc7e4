import { MillraceError } from '../../errors/millraceError.ts';
import type { MachineFailure } from '../../machine/index.ts';
import { dataLimitErrorName } from '../../policy/errorNames.ts';
import type { ExecutionError } from './execution.ts';

/** Thrown when the execution's open tasks and the machine's children disagree: a defect. */
export class TaskMismatchError extends MillraceError {
  override readonly code = 'TaskMismatch';
  override readonly name = 'TaskMismatchError';
  constructor(task: number, reason: string) {
    super(`Task ${task} is open in the execution and not in its machine (${reason}). Please report this.`);
  }
}

/** The part of a machine's failure that is kept. */
export function errorOf(failure: MachineFailure): ExecutionError {
  const { code, name, message, stack } = failure;
  // A task's stack is in its result item; here it would make each later write of the execution dearer.
  const isTooLarge = code === 'TaskFailed' && name === dataLimitErrorName;
  return {
    code: isTooLarge ? 'DataLimitExceeded' : code,
    name,
    message,
    ...(stack === undefined || code === 'TaskFailed' ? {} : { stack }),
  };
}

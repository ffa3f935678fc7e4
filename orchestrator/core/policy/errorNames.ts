/** Step Functions' name for an attempt that gave no result in time. */
export const timeoutErrorName = 'States.Timeout';
/**
 * For a task that waits for its result: its worker had not begun in time. Not `States.Timeout`, which a guard would
 * take for an answer that did not come.
 */
export const invocationLostErrorName = 'Millrace.InvocationLost';
/** Step Functions' name for the failure of a task that has no other. */
export const taskFailedErrorName = 'States.TaskFailed';
/** Step Functions' name for an attempt that gave no sign of life in time. */
export const heartbeatTimeoutErrorName = 'States.HeartbeatTimeout';
/** Step Functions' name for data over a limit: it is not tried again, since another attempt would give as much. */
export const dataLimitErrorName = 'States.DataLimitExceeded';
/** Step Functions' name for a function whose process came to an end: it crashed, exited, or ran out of memory. */
export const unknownFunctionErrorName = 'Lambda.Unknown';
/** Step Functions' name for a function that Lambda had no capacity for. */
export const tooManyRequestsErrorName = 'Lambda.TooManyRequestsException';
/** For a `once` task that was handed over, and whose outcome is unknown: it may have done its work. */
export const unknownOutcomeErrorName = 'Millrace.UnknownOutcome';

/** For a task whose work outside was cancelled when the execution ended: a redrive gives it to the machine. */
export const cancelledErrorName = 'Millrace.Cancelled';

/** Step Functions' name that stands for every error. */
export const anyErrorName = 'States.ALL';

/**
 * Whether a name in a retry policy, or a guard, covers an error, by Step Functions' rules.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function covers(name: string, error: string): boolean {
  switch (name) {
    case anyErrorName:
      return true;
    case taskFailedErrorName:
      return error !== timeoutErrorName;
    case timeoutErrorName:
      return error === timeoutErrorName || error === heartbeatTimeoutErrorName;
    default:
      return name === error;
  }
}

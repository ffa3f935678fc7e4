import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';

/** The failure of a call, by the name and with the cause that Step Functions gives it. */
export class ServiceCallError extends MillraceError {
  override readonly code = 'ServiceCallFailed';
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** For a call that can never succeed: `States.Runtime`, which no retrier or catcher handles. */
export function impossibleCall(message: string): ServiceCallError {
  return new ServiceCallError('States.Runtime', message);
}

/** Step Functions' limit of a task's result, in bytes. */
export const mostResultBytes = 262_144;

/** As Step Functions says it. */
export function tooLarge(service: string): ServiceCallError {
  return new ServiceCallError(
    'States.DataLimitExceeded',
    `The state/task '${service}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

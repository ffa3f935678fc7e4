import type { TaskPolicy } from '../../orchestrator/core/policy/taskPolicy.ts';
import type { Amount, TaskState } from '../model/model.ts';

/** The seconds that an amount has, where the definition itself says them. */
export function knownSeconds(amount: Amount | undefined): number | undefined {
  return amount?.type === 'literal' && typeof amount.value === 'number' && amount.value > 0
    ? amount.value
    : undefined;
}

/** A task's own deadline, so that a redrive of a task that was too late gives it its whole time again. */
export function timingOf({ timeoutSeconds }: TaskState): Pick<TaskPolicy, 'timeout'> {
  const seconds = knownSeconds(timeoutSeconds?.());
  return seconds === undefined ? {} : { timeout: `${seconds}s` };
}

/** The heartbeat of a task that takes signs of life, where the definition itself says it. */
export function heartbeatOf({ heartbeatSeconds }: TaskState): Pick<TaskPolicy, 'heartbeat'> {
  const seconds = knownSeconds(heartbeatSeconds?.());
  return seconds === undefined ? {} : { heartbeat: `${seconds}s` };
}

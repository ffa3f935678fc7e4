import { activityNotFound } from '../../orchestrator/core/policy/activityName.ts';
import { activity } from '../../workers/activity.ts';
import type { Integration } from '../compile/integration.ts';
import { failureIn } from '../compile/taskState.ts';
import type { TaskState } from '../model/model.ts';
import { runtimeError } from '../statesError.ts';
import { heartbeatOf, timingOf } from './timing.ts';

/** `arn:aws:states:REGION:ACCOUNT:activity:NAME`: a worker asks for the task, and gives the state's result. */
export function activityTask(name: string, task: TaskState): Integration {
  return {
    logic: activity(name, { ...heartbeatOf(task), ...timingOf(task) }),
    takesHeartbeats: true,
    input: (given) => ({ input: given }),
    result: (output) => output,
    failure: (error) => refusalOf(error, task),
  };
}

/** @throws EvaluationError where the activity does not exist */
export function refusalOf(error: unknown, { resource }: Pick<TaskState, 'resource'>): undefined {
  if (failureIn(error).error !== activityNotFound) return undefined;
  throw runtimeError(`The activity ${resource} does not exist.`);
}

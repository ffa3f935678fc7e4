import { fromPromise } from 'xstate';
import { isActivityName, refusedInNames } from '../orchestrator/core/policy/activityName.ts';
import { type KeysOf, optionsProblem, sentence } from '../orchestrator/core/policy/options.ts';
import {
  type ActivityPolicy,
  activityKey,
  InvalidTaskPolicyError,
  resolveActivityPolicy,
  taskPolicyKey,
} from '../orchestrator/core/policy/taskPolicy.ts';
import { type WaitingLogic, WorkerOutsideMillraceError } from './worker.ts';

/**
 * An actor whose work is done by workers that ask for it, as an activity of Step Functions: servers, people at a screen.
 * `setup({ actors: { approve: activity<Order, Approval>('approve', { timeout: '2d', heartbeat: '1h' }) } })`.
 * The task waits in the activity's queue until a worker takes it with `client.getActivityTask('approve')`, and gives the result
 * with `client.completeTask`. `timeout` and `heartbeat` count from when it was taken.
 *
 * @param name 1 to 80 characters, as Step Functions takes them
 * @throws InvalidTaskPolicyError, InvalidDurationError, InvalidRetryPolicyError
 */
export function activity<Input = unknown, Output = unknown>(
  name: string,
  policy: ActivityPolicy = {},
): WaitingLogic<Input, Output> {
  if (!isActivityName(name)) {
    throw new InvalidTaskPolicyError(
      `activity() needs the activity's name of 1 to 80 characters, without spaces and without any of ${refusedInNames}: ` +
        "activity('approve').",
    );
  }
  const problem = optionsProblem(policy, policyKeys);
  if (problem !== undefined) {
    throw new InvalidTaskPolicyError(sentence(`The policy of the activity '${name}'`, problem));
  }
  resolveActivityPolicy(policy);
  const logic = fromPromise<Output, Input>(() => Promise.reject(new WorkerOutsideMillraceError()));
  return Object.assign(logic, { [taskPolicyKey]: policy, [activityKey]: name });
}

const policyKeys: KeysOf<ActivityPolicy> = { timeout: true, heartbeat: true, retry: true };

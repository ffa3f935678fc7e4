import { fromPromise, type PromiseActorLogic } from 'xstate';
import { resolveTaskPolicy, type TaskPolicy, taskPolicyKey } from '../orchestrator/core/taskPolicy.ts';

/** Actor logic that stands for a Lambda function of its own: it is invoked as a task, and its result is an item. */
export type WorkerLogic<Input, Output> = PromiseActorLogic<Output, Input> & {
  /** Optional in the type alone, so that `provide` takes a `fromPromise` in its place. */
  readonly [taskPolicyKey]?: TaskPolicy;
};

/** Thrown when a machine with workers is run by plain XState, which has no Lambda to invoke. */
export class WorkerOutsideMillraceError extends Error {
  readonly code = 'WorkerOutsideMillrace';
  override readonly name = 'WorkerOutsideMillraceError';
  constructor() {
    super(
      'A worker() runs in Millrace only. For a plain XState actor, provide a fromPromise in its place: ' +
        'machine.provide({ actors: { … } }).',
    );
  }
}

/**
 * An actor that a worker function runs: `setup({ actors: { charge: worker<ChargeInput, Receipt>({ timeout: '30s' }) } })`.
 * The function is the worker named like the actor, or `policy.worker`. `Input` and `Output` must survive JSON.
 *
 * @throws InvalidDurationError when a duration of the policy is none
 */
export function worker<Input = unknown, Output = unknown>(
  policy: TaskPolicy = {},
): WorkerLogic<Input, Output> {
  resolveTaskPolicy(policy);
  const logic = fromPromise<Output, Input>(() => Promise.reject(new WorkerOutsideMillraceError()));
  return Object.assign(logic, { [taskPolicyKey]: policy });
}

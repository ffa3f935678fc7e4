import { fromPromise, type PromiseActorLogic } from 'xstate';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { isStateMachine } from '../orchestrator/core/machine/xstateInternals.ts';
import { eachKey } from '../orchestrator/core/policy/eachOptions.ts';
import {
  activityKey,
  checkTaskPolicy,
  InvalidTaskPolicyError,
  lambdaKey,
  type PromisePolicy,
  promisePolicyKey,
  resolveTaskPolicy,
  type TaskPolicy,
  taskPolicyKey,
  type waitsForResultKey,
} from '../orchestrator/core/policy/taskPolicy.ts';
import type { HandlerInput, HandlerOutput } from './handlerTypes.ts';

/** Actor logic that stands for a Lambda function of its own: it is invoked as a task, and its result is an item. */
export type WorkerLogic<Input, Output> = PromiseActorLogic<Output, Input> & {
  /** Optional in the type alone, so that `provide` takes a `fromPromise` in its place. */
  readonly [taskPolicyKey]?: TaskPolicy;
  readonly [promisePolicyKey]?: PromisePolicy;
};

/** The logic of a worker with `waitForResult`: what its function returns is not its output. */
export type WaitingLogic<Input, Output> = WorkerLogic<Input, Output> & {
  readonly [waitsForResultKey]?: true;
};

/**
 * The same actor with other rules: what `policy` does not name stays as it is. A `fromPromise` remains one, which the worker
 * host runs: it takes `timeout` and `retry`.
 *
 *     const charge = worker<Charge, Receipt>({ worker: 'charge', timeout: '30s' });
 *     const quote = withPolicy(fromPromise(askForQuote), { retry: { maxAttempts: 5 } });
 *     setup({ actors: { charge, quote, chargePatiently: withPolicy(charge, { timeout: '10m' }) } });
 *
 * Name the function of a worker (`worker`) in one of the two: else it is the one that is named like the actor.
 *
 * @throws InvalidDurationError, InvalidRetryPolicyError, InvalidTaskPolicyError
 */
export function withPolicy<Input, Output>(
  logic: WorkerLogic<Input, Output>,
  policy: TaskPolicy,
): WorkerLogic<Input, Output> {
  const isLogic: boolean = typeof logic === 'object' && logic !== null && 'transition' in logic;
  if (!isLogic || isStateMachine(logic) || eachKey in logic || lambdaKey in logic || activityKey in logic) {
    throw new InvalidTaskPolicyError(
      'withPolicy() takes a worker() or a fromPromise: give a lambda(), an activity() or an each() its policy itself.',
    );
  }
  if (policy === undefined) {
    throw new InvalidTaskPolicyError(
      "withPolicy() takes a policy, too: withPolicy(charge, { timeout: '10m' }).",
    );
  }
  checkTaskPolicy(policy);
  if (taskPolicyKey in logic) return workerLogic({ ...logic[taskPolicyKey], ...policy });
  const { timeout, retry, ...ofWorkers } = policy;
  const [unknown] = Object.keys(ofWorkers);
  if (unknown !== undefined) {
    throw new InvalidTaskPolicyError(
      `withPolicy() of a fromPromise does not take '${unknown}': make it a worker().`,
    );
  }
  return promiseWithPolicy(logic, policy);
}

/**
 * The same promise with a policy, which may also be to wait for a result from elsewhere: only for promises that hand
 * the task's token on, as those of Step Functions' definitions do.
 */
export function promiseWithPolicy<Input, Output>(
  logic: WorkerLogic<Input, Output>,
  policy: PromisePolicy,
): WorkerLogic<Input, Output> {
  const merged = { ...logic[promisePolicyKey], ...policy };
  resolveTaskPolicy(merged);
  return Object.assign({}, logic, { [promisePolicyKey]: merged });
}

/** Thrown when a machine with workers is run by plain XState, which has no Lambda to invoke. */
export class WorkerOutsideMillraceError extends MillraceError {
  override readonly code = 'WorkerOutsideMillrace';
  override readonly name = 'WorkerOutsideMillraceError';
  constructor() {
    super(
      'A worker() runs in Millrace only. For a plain XState actor, provide a fromPromise in its place: ' +
        'machine.provide({ actors: { … } }).',
    );
  }
}

/**
 * An actor that a worker function runs. The function is the worker named like the actor, or `policy.worker`. Input and
 * output must survive JSON. Take their types from the worker's handler, or write them:
 *
 *     import type { handler as charge } from '../workers/charge.ts';
 *     setup({ actors: { charge: worker<typeof charge>({ timeout: '30s' }) } });
 *     setup({ actors: { charge: worker<ChargeInput, Receipt>({ timeout: '30s' }) } });
 *
 * @typeParam Work type of the input; or of the handler that `defineWorker` made, or of the function that works
 * @typeParam Output of a handler, name it where the result comes from elsewhere (`waitForResult`)
 * @throws InvalidDurationError, InvalidRetryPolicyError, InvalidTaskPolicyError
 */
export function worker<Work = unknown, Output = HandlerOutput<Work>>(
  policy: TaskPolicy & { readonly waitForResult: true },
): WaitingLogic<HandlerInput<Work>, Output>;
export function worker<Work = unknown, Output = HandlerOutput<Work>>(
  policy?: TaskPolicy,
): WorkerLogic<HandlerInput<Work>, Output>;
export function worker<Work = unknown, Output = HandlerOutput<Work>>(
  policy: TaskPolicy = {},
): WorkerLogic<HandlerInput<Work>, Output> {
  return workerLogic(policy);
}

function workerLogic<Input, Output>(policy: TaskPolicy): WorkerLogic<Input, Output> {
  resolveTaskPolicy(policy);
  const logic = fromPromise<Output, Input>(() => Promise.reject(new WorkerOutsideMillraceError()));
  return Object.assign(logic, { [taskPolicyKey]: policy });
}

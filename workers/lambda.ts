import { fromPromise } from 'xstate';
import { nearest } from '../orchestrator/core/data/nearest.ts';
import { shown } from '../orchestrator/core/data/shown.ts';
import { isFunctionName } from '../orchestrator/core/policy/functionNames.ts';
import {
  InvalidTaskPolicyError,
  type LambdaPolicy,
  lambdaKey,
  resolveTaskPolicy,
  taskPolicyKey,
} from '../orchestrator/core/policy/taskPolicy.ts';
import { type WorkerLogic, WorkerOutsideMillraceError } from './worker.ts';

/**
 * An actor that a Lambda function runs which knows nothing of Millrace, in any language:
 * `setup({ actors: { invoice: lambda<Order, Invoice>('billing-invoice', { timeout: '30s' }) } })`.
 * It gets the input with one field more, `millrace`; what it returns or throws comes back by Lambda's destinations.
 *
 * @param functionName a function's name or ARN, or the name that the deployment gives it (`functions` of the construct)
 * @throws InvalidTaskPolicyError, InvalidDurationError, InvalidRetryPolicyError
 */
export function lambda<Input = unknown, Output = unknown>(
  functionName: string,
  policy: LambdaPolicy = {},
): WorkerLogic<Input, Output> {
  if (!isFunctionName(functionName)) {
    throw new InvalidTaskPolicyError(
      `lambda() is given ${shown(functionName)}: give the name or the ARN of a function, as in lambda('billing-invoice').`,
    );
  }
  refuseOtherFields(policy);
  resolveTaskPolicy(policy);
  const logic = fromPromise<Output, Input>(() => Promise.reject(new WorkerOutsideMillraceError()));
  return Object.assign(logic, { [taskPolicyKey]: policy, [lambdaKey]: functionName });
}

/** A function that knows nothing of Millrace could keep none of what the others promise. */
const policyFields: readonly string[] = ['timeout', 'retry'] satisfies (keyof LambdaPolicy)[];

function refuseOtherFields(policy: LambdaPolicy): void {
  const other = Object.keys(policy ?? {}).find((field) => !policyFields.includes(field));
  if (other === undefined) return;
  throw new InvalidTaskPolicyError(`lambda() takes timeout and retry, not '${other}': ${advice(other)}`);
}

function advice(field: string): string {
  const close = nearest(field, policyFields);
  return close === undefined
    ? 'use worker() for a function that knows Millrace.'
    : `did you mean '${close}'?`;
}

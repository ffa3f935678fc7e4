import type { JsonObject } from '../asl/json.ts';
import { descriptionOf } from '../client/describe.ts';
import type { Execution, ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import type { FoundExecution } from './executionAt.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';
import { versionNumber } from './versions.ts';

/** Statuses of Step Functions: one that is suspended has not ended. */
export function statusOf(status: ExecutionStatus): Exclude<ExecutionStatus, 'SUSPENDED'> {
  return status === 'SUSPENDED' ? 'RUNNING' : status;
}

export function endOf({ endedAt, status }: Execution): JsonObject {
  return endedAt !== undefined && status !== 'RUNNING' ? { stopDate: seconds(endedAt) } : {};
}

/** Output, or error and cause, as far as there is one. */
export function outcomeOf(execution: Execution): JsonObject {
  switch (execution.status) {
    case 'SUCCEEDED':
      return {
        output: JSON.stringify(descriptionOf<string>(execution).output ?? null),
        outputDetails: { included: true },
      };
    case 'FAILED':
    case 'ABORTED':
      return failureOf(execution);
    case 'TIMED_OUT':
    case 'RUNNING':
    case 'SUSPENDED':
    case 'PENDING_REDRIVE':
      return {};
  }
}

function failureOf({ error }: Execution): JsonObject {
  if (!error) return {};
  const { code, name, message } = error;
  // A stop without the name of an error.
  const isNamed = name !== '' && !(code === 'Stopped' && name === 'Stopped');
  return { ...(isNamed && { error: name }), ...(message !== '' && { cause: message }) };
}

/** The state machine that an execution was started by, and the version and alias that its caller named. */
export function startedBy({ arns }: ApiSurroundings, { machine, startedAs }: FoundExecution): JsonObject {
  const [first, second] = (startedAs ?? '').split('#');
  const version = versionNumber(first);
  return {
    stateMachineArn: arns.stateMachine(machine),
    ...(version !== undefined && { stateMachineVersionArn: arns.stateMachine(machine, version) }),
    ...(second !== undefined && { stateMachineAliasArn: arns.stateMachine(machine, second) }),
  };
}

export function redriveOf(
  { redrivableMs, now }: ApiSurroundings,
  execution: Execution | undefined,
): JsonObject {
  const { status = 'RUNNING', redrives, endedAt = 0 } = execution ?? {};
  const { count = 0, lastAt } = redrives ?? {};
  const reason = reasonAgainst(
    statusOf(status),
    redrivableMs !== undefined && now() - endedAt > redrivableMs,
  );
  return {
    redriveCount: count,
    ...(lastAt !== undefined && { redriveDate: seconds(lastAt) }),
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(reason !== undefined && { redriveStatusReason: reason }),
  };
}

function reasonAgainst(status: ExecutionStatus, isTooLate: boolean): string | undefined {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  return isTooLate ? 'Execution has exceeded the redrivable period' : undefined;
}

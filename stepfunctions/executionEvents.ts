import type { JsonObject } from '../asl/json.ts';
import { outcomeOf } from './describedExecution.ts';
import type { FoundExecution } from './executionAt.ts';
import { startOf } from './executions.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** An event of Step Functions' history. */
export interface HistoryEvent {
  /** From 1, without gaps. */
  readonly id: number;
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  readonly details?: JsonObject;
}

const endEvents = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const;

/** The events of an execution, as Step Functions would have them. */
export async function executionEvents(
  surroundings: ApiSurroundings,
  found: FoundExecution,
): Promise<readonly HistoryEvent[]> {
  const { execution, input = {} } = found;
  const started: HistoryEvent = {
    id: 1,
    previousEventId: 0,
    timestamp: startOf(surroundings, found),
    type: 'ExecutionStarted',
    details: { input: JSON.stringify(input), inputDetails: { truncated: false }, roleArn: '' },
  };
  if (!execution || !isEnd(execution.status)) return [started];
  const { output, error, cause } = outcomeOf(execution);
  const details = {
    ...(output !== undefined && { output, outputDetails: { truncated: false } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
  const timestamp = execution.endedAt ?? execution.updatedAt;
  return [started, { id: 2, previousEventId: 1, timestamp, type: endEvents[execution.status], details }];
}

function isEnd(status: string): status is keyof typeof endEvents {
  return Object.hasOwn(endEvents, status);
}

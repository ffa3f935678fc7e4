import type { Json, JsonObject } from '../json.ts';

/** The types of events in a history of Step Functions. */
export const historyEventTypes = [
  'ActivityFailed',
  'ActivityScheduled',
  'ActivityScheduleFailed',
  'ActivityStarted',
  'ActivitySucceeded',
  'ActivityTimedOut',
  'ChoiceStateEntered',
  'ChoiceStateExited',
  'EvaluationFailed',
  'ExecutionAborted',
  'ExecutionFailed',
  'ExecutionRedriven',
  'ExecutionStarted',
  'ExecutionSucceeded',
  'ExecutionTimedOut',
  'FailStateEntered',
  'LambdaFunctionFailed',
  'LambdaFunctionScheduled',
  'LambdaFunctionScheduleFailed',
  'LambdaFunctionStarted',
  'LambdaFunctionStartFailed',
  'LambdaFunctionSucceeded',
  'LambdaFunctionTimedOut',
  'MapIterationAborted',
  'MapIterationFailed',
  'MapIterationStarted',
  'MapIterationSucceeded',
  'MapRunAborted',
  'MapRunFailed',
  'MapRunRedriven',
  'MapRunStarted',
  'MapRunSucceeded',
  'MapStateAborted',
  'MapStateEntered',
  'MapStateExited',
  'MapStateFailed',
  'MapStateStarted',
  'MapStateSucceeded',
  'ParallelStateAborted',
  'ParallelStateEntered',
  'ParallelStateExited',
  'ParallelStateFailed',
  'ParallelStateStarted',
  'ParallelStateSucceeded',
  'PassStateEntered',
  'PassStateExited',
  'SucceedStateEntered',
  'SucceedStateExited',
  'TaskFailed',
  'TaskScheduled',
  'TaskStarted',
  'TaskStartFailed',
  'TaskStateAborted',
  'TaskStateEntered',
  'TaskStateExited',
  'TaskSubmitFailed',
  'TaskSubmitted',
  'TaskSucceeded',
  'TaskTimedOut',
  'WaitStateAborted',
  'WaitStateEntered',
  'WaitStateExited',
] as const;

export type HistoryEventType = (typeof historyEventTypes)[number];

/** An event as `GetExecutionHistory` has it, but for its time. */
export interface HistoryEvent {
  /** From 1, without gaps. */
  readonly id: number;
  /** 0 for the first event of a chain. */
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly type: HistoryEventType;
  /** Present where the type has details: under the name that {@link detailsNameOf} gives in Step Functions' API. */
  readonly details?: JsonObject;
}

/** The member of Step Functions' events that has the details: `taskScheduledEventDetails`. */
export function detailsNameOf(type: HistoryEventType): string {
  const shared = /^(?:Pass|Task|Choice|Wait|Succeed|Fail|Parallel|Map)State(Entered|Exited)$/.exec(type)?.[1];
  if (shared !== undefined) return `state${shared}EventDetails`;
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

const dataFields = new Set(['input', 'output', 'parameters', 'assignedVariables']);

/** The event as `GetExecutionHistory` has it with `includeExecutionData: false`. */
export function withoutExecutionData({ details, ...event }: HistoryEvent): HistoryEvent {
  if (details === undefined) return event;
  const kept = Object.entries(details).filter(([name]) => !dataFields.has(name));
  return { ...event, details: Object.fromEntries(kept) };
}

/** The event with the names of Step Functions' API, and its time in seconds since the epoch. */
export function apiEventOf({ id, previousEventId, timestamp, type, details }: HistoryEvent): JsonObject {
  return {
    timestamp: timestamp / 1000,
    type,
    id,
    previousEventId,
    ...(details !== undefined && { [detailsNameOf(type)]: details }),
  };
}

/** A value beside the note whether it was cut, as events have their data. */
export function dataOf(name: string, value: Json): JsonObject {
  return { [name]: JSON.stringify(value), [`${name}Details`]: { truncated: false } };
}

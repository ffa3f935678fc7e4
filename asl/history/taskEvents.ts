import type { Happening } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import { resourceOf } from '../integrations/resource.ts';
import type { Json, JsonObject } from '../json.ts';
import { errorNames } from '../statesError.ts';
import { dataOf, type HistoryEventType } from './historyEvent.ts';

/** An event without its place in the history. */
export interface Detailed {
  readonly type: HistoryEventType;
  readonly details?: JsonObject;
}

type Scheduled = Extract<Happening, { type: 'taskScheduled' }>;

/** The events of an attempt of a task: their names and details follow from its resource. */
export interface TaskEvents {
  /** Those that are there as soon as it has begun. */
  readonly begun: readonly Detailed[];
  succeeded(result: Json): Detailed;
  failed(failure: Failure): Detailed;
}

/** @param region in which a service is called */
export function taskEventsOf(scheduled: Scheduled, region: string): TaskEvents {
  const resource = resourceOf(scheduled.resource);
  switch (resource.type) {
    case 'service':
      return serviceEvents(scheduled, resource, region);
    case 'activity':
      return activityEvents(scheduled);
    case 'lambdaArn':
    case 'placeholder':
    case 'unknown':
      return functionEvents(scheduled);
  }
}

function serviceEvents(
  { given, ...scheduled }: Scheduled,
  { service, action, waits, isSdk }: Extract<ReturnType<typeof resourceOf>, { type: 'service' }>,
  region: string,
): TaskEvents {
  const resourceType = isSdk ? `aws-sdk:${service}` : service;
  const suffix = { no: '', token: '.waitForTaskToken', sync: '.sync', 'sync:2': '.sync:2' }[waits];
  const resource = `${action}${suffix}`;
  const of = { resourceType, resource };
  return {
    begun: [
      {
        type: 'TaskScheduled',
        details: { ...of, region, parameters: JSON.stringify(given), ...secondsOf(scheduled) },
      },
      { type: 'TaskStarted', details: of },
      // The answer to the call that began it is not in the log.
      ...(waits === 'no'
        ? []
        : [{ type: 'TaskSubmitted', details: { ...of, outputDetails: { truncated: true } } } as const]),
    ],
    succeeded: (result) => ({ type: 'TaskSucceeded', details: { ...of, ...dataOf('output', result) } }),
    failed: (failure) =>
      isLate(failure)
        ? { type: 'TaskTimedOut', details: { ...of, error: errorNames.timeout } }
        : { type: 'TaskFailed', details: { ...of, ...failureDetails(failure) } },
  };
}

function functionEvents({ resource, given, ...scheduled }: Scheduled): TaskEvents {
  const details = { resource, ...dataOf('input', given), ...timeoutOf(scheduled) };
  return {
    begun: [{ type: 'LambdaFunctionScheduled', details }, { type: 'LambdaFunctionStarted' }],
    succeeded: (result) => ({ type: 'LambdaFunctionSucceeded', details: dataOf('output', result) }),
    failed: (failure) =>
      isLate(failure)
        ? { type: 'LambdaFunctionTimedOut', details: { error: errorNames.timeout } }
        : { type: 'LambdaFunctionFailed', details: failureDetails(failure) },
  };
}

function activityEvents({ resource, given, ...scheduled }: Scheduled): TaskEvents {
  const details = { resource, ...dataOf('input', given), ...secondsOf(scheduled) };
  return {
    begun: [
      { type: 'ActivityScheduled', details },
      { type: 'ActivityStarted', details: {} },
    ],
    succeeded: (result) => ({ type: 'ActivitySucceeded', details: dataOf('output', result) }),
    failed: (failure) =>
      isLate(failure)
        ? { type: 'ActivityTimedOut', details: { error: errorNames.timeout } }
        : { type: 'ActivityFailed', details: failureDetails(failure) },
  };
}

type Seconds = Pick<Scheduled, 'timeoutSeconds' | 'heartbeatSeconds'>;

function timeoutOf({ timeoutSeconds }: Seconds): JsonObject {
  return timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds };
}

function secondsOf(seconds: Seconds): JsonObject {
  const { heartbeatSeconds } = seconds;
  return {
    ...timeoutOf(seconds),
    ...(heartbeatSeconds !== undefined && { heartbeatInSeconds: heartbeatSeconds }),
  };
}

/** Step Functions gives no cause to what was too late, and one that a worker reports has one. */
function isLate({ error, cause = '' }: Failure): boolean {
  return (error === errorNames.timeout || error === errorNames.heartbeat) && cause === '';
}

export function failureDetails({ error, cause }: Failure): JsonObject {
  return {
    ...(error !== undefined && error !== '' && { error }),
    ...(cause !== undefined && cause !== '' && { cause }),
  };
}

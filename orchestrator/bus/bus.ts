import type { Json } from '../core/data/json.ts';
import type { ExecutionErrorCode, ExecutionStatus } from '../core/execution/model/execution.ts';

/** Where events leave Millrace. Implement it to bring a bus of your own. */
export interface Bus {
  /**
   * Hands events over. Events that are answered as failed, and all events if the promise rejects, are published
   * again later, with the same `detail.id`: take an event twice without harm.
   *
   * @param events of one commit or of several executions; those of one execution are in its order
   */
  publish(events: readonly BusEvent[]): Promise<PublishResult>;
}

export interface PublishResult {
  /** The events that the bus did not take. */
  readonly failures: readonly PublishFailure[];
}

export interface PublishFailure {
  /** The event's `detail.id`. */
  readonly id: string;
  readonly reason: string;
}

/** An event on the bus, in the terms of EventBridge. JSON Schemas of both are in docs/reference/events. */
export type BusEvent = ExecutionStatusChangeEvent | ExecutionEmittedEvent;

/** An execution was started, ended, waits for a redrive, or goes on after one. */
export interface ExecutionStatusChangeEvent {
  readonly source: typeof eventSourceName;
  readonly 'detail-type': typeof detailType.statusChange;
  /** ISO 8601: when it was committed. */
  readonly time: string;
  readonly detail: ExecutionStatusChange;
}

/** A machine `emit`ted an event. */
export interface ExecutionEmittedEvent {
  readonly source: typeof eventSourceName;
  readonly 'detail-type': typeof detailType.emitted;
  /** ISO 8601: when it was committed. */
  readonly time: string;
  readonly detail: ExecutionEmitted;
}

export const eventSourceName = 'millrace';

export const detailType = {
  statusChange: 'Millrace Execution Status Change',
  emitted: 'Millrace Execution Event',
} as const;

/** The fields that both kinds of event have. */
interface OfExecution {
  /** `<executionId>/<version>/<index>`: the same however often the event comes. Within an execution, later is greater. */
  readonly id: string;
  readonly executionId: string;
  /** Id of its machine. */
  readonly machine: string;
  /** Null while its machine has not been found. */
  readonly machineVersion: string | null;
}

/** As in Step Functions' status change events, where those have the same thing. */
export interface ExecutionStatusChange extends OfExecution {
  /** The execution's id, under Step Functions' name. */
  readonly name: string;
  readonly status: ExecutionStatus;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  /** Milliseconds since the epoch; null while it has not ended. */
  readonly stopDate: number | null;
  /** As JSON, not as text. Null where there is none, or where it is too large for an event. */
  readonly output: Json;
  /** Null where there is no output. */
  readonly outputDetails: { readonly included: boolean } | null;
  /** Name of the error that ended it, or that it waits for. */
  readonly error: string | null;
  /** Millrace's code for it, as in docs/reference/errors.md. */
  readonly errorCode: ExecutionErrorCode | null;
  /** Its message, up to 32,768 characters. */
  readonly cause: string | null;
}

export interface ExecutionEmitted extends OfExecution {
  /** As the machine emitted it; its `type` alone where it is too large for an event. */
  readonly event: Json;
  /** Present where it is too large. */
  readonly eventDetails?: { readonly included: false };
}

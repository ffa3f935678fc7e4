import type { Json } from '../../orchestrator/core/data/json.ts';
import type { EventPath } from './eventPath.ts';

/** Each event starts an execution. */
export interface StartRule {
  readonly start: StartTarget;
}

/** Each event is sent to an execution. */
export interface SendRule {
  readonly send: SendTarget;
}

export interface StartTarget {
  /** Id of the machine. */
  readonly machine: string;
  /** Version of the machine. @default the newest that is deployed */
  readonly version?: string;
  /**
   * Where the execution's id is: a text or a safe integer. The same event, or another with this id and input, is one start.
   *
   * @default `<machine>-<name of the rule>-<id of the event>`
   */
  readonly executionId?: EventPath;
  /** Where its input is. @default '$.detail' */
  readonly input?: EventPath;
}

export interface SendTarget {
  /** Where the id of the execution is that gets it. */
  readonly executionId: EventPath;
  /** The type of the machine's event, or where it is. */
  readonly type: string | EventPath;
  /** Where its other fields are: an object. @default '$.detail' */
  readonly event?: EventPath;
  /** Where an id is that is different for each event of the execution. @default `<name of the rule>-<id of the event on the bus>` */
  readonly eventId?: EventPath;
}

/** The ingest function's payload: the target of a rule, and the event as it was on the bus. */
export interface IngestRequest {
  /** Name of the rule. */
  readonly rule: string;
  readonly start?: StartTarget;
  readonly send?: SendTarget;
  readonly event: Json;
}

import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';

/** An event as targets get it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export type EventBridgeEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
};

/** Entry of `PutEvents`: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
export interface PutEventsEntry {
  readonly Detail?: unknown;
  readonly DetailType?: unknown;
  readonly EventBusName?: unknown;
  readonly Resources?: unknown;
  readonly Source?: unknown;
  /** Seconds since the epoch. */
  readonly Time?: unknown;
}

export type PutEventsResult =
  | { readonly EventId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

export interface EventOrigin {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The event of an entry, or why it is refused. The codes are those of the API. */
export function eventOf(
  {
    Detail: detail,
    DetailType: detailType,
    Resources: resources = [],
    Source: source,
    Time: time,
  }: PutEventsEntry,
  { id, account, region, now }: EventOrigin,
): EventBridgeEvent | { readonly ErrorCode: string; readonly ErrorMessage: string } {
  const missing = Object.entries({ Source: source, DetailType: detailType, Detail: detail }).find(
    ([, value]) => typeof value !== 'string' || value === '',
  );
  if (missing)
    return refused(
      'InvalidArgument',
      `Parameter ${missing[0]} is not valid. Reason: ${missing[0]} is a required argument.`,
    );
  if (String(source).startsWith('aws.'))
    return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const parsed = parse(String(detail));
  if (!isObject(parsed)) return refused('MalformedDetail', 'Detail is malformed.');
  if (!Array.isArray(resources)) return refused('InvalidArgument', 'Parameter Resources is not valid.');
  const timeMs = typeof time === 'number' ? time * 1000 : now;
  return {
    version: '0',
    id,
    'detail-type': String(detailType),
    source: String(source),
    account,
    time: isoSeconds(timeMs),
    region,
    resources: resources.map(String),
    detail: parsed,
  };
}

/** EventBridge's times have no fractions. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function refused(code: string, message: string) {
  return { ErrorCode: code, ErrorMessage: message };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

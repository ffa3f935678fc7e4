/** An attribute value as it is in JSON on the wire, binary as base64. */
export type WireAttributeValue = Readonly<Record<string, unknown>>;

/**
 * A record as `GetRecords` answers it. Lambda hands it on as it is, with the stream's ARN added.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly dynamodb: {
    readonly Keys: Readonly<Record<string, WireAttributeValue>>;
    readonly NewImage?: Readonly<Record<string, WireAttributeValue>>;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
  };
}

/** A record that passed the filter, on its way to the function. */
export interface PendingRecord {
  readonly sequenceNumber: string;
  /** The same for two records of one item, whatever the order of its key attributes. */
  readonly itemKey: string;
  /** The record as the function gets it. Serialised once, however often it is delivered. */
  readonly json: string;
  readonly bytes: number;
  /** A duplicate by a fault, of which there is no other. */
  readonly isDuplicate: boolean;
  /** Since which call of `drained()` it is waited for. */
  readonly period: number;
  /** To be called once: when the function took the record, or when it was discarded. */
  readonly settled: () => void;
}

export function itemKeyOf(record: StreamRecord): string {
  const keys = record.dynamodb.Keys;
  return Object.keys(keys)
    .sort()
    .map((attribute) => JSON.stringify(keys[attribute]))
    .join(' ');
}

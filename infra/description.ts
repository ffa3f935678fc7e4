import type { EventPattern } from './eventPattern/eventPattern.ts';

/**
 * The deployment as plain data: what the local cloud runs and what the CDK construct deploys are both built from it.
 * Field names and meanings are those of the AWS APIs, in camel case.
 */
export interface DeploymentDescription {
  readonly table: TableDescription;
  readonly eventSource: EventSourceDescription;
  /** Absent: nothing leaves through a bus, and nothing is written for one. */
  readonly bus?: BusDescription;
  /** Rules for events that come by a bus. @default none */
  readonly rules?: readonly RuleDescription[];
  readonly functions: readonly FunctionDescription[];
  readonly schedules: readonly ScheduleDescription[];
  /** Where data goes that is too large for the table's items. */
  readonly store?: StoreDescription;
  /** Where batches of the stream go that a function did not take in all attempts. Absent: they are dropped. */
  readonly failures?: FailuresDescription;
}

export interface TableDescription {
  readonly tableName: string;
  readonly partitionKey: AttributeDescription;
  readonly sortKey: AttributeDescription;
  readonly index: {
    readonly indexName: string;
    readonly partitionKey: AttributeDescription;
    readonly sortKey: AttributeDescription;
    readonly nonKeyAttributes: readonly string[];
  };
  readonly streamViewType: 'NEW_IMAGE';
  readonly timeToLiveAttribute: string;
}

export interface StoreDescription {
  /** `s3://bucket/prefix`, or `file:///folder` in the local cloud. */
  readonly url: string;
  /** Name of the S3 bucket; absent for a folder. */
  readonly bucketName?: string;
  /** Lifecycle rules: objects under the prefix are deleted so many days after they were written. */
  readonly expirations: readonly { readonly prefix: string; readonly days: number }[];
  /** The actions on the bucket and its objects that the functions, and users of the client, need. */
  readonly permissions: readonly string[];
}

/**
 * An S3 bucket as on-failure destination of the stream's mappings: the only kind that gets the whole batch, and not only where
 * it was in the stream. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export interface FailuresDescription {
  /** `s3://bucket`, or `file:///folder` in the local cloud. */
  readonly url: string;
  /** Name of the S3 bucket; absent for a folder. */
  readonly bucketName?: string;
  /** What Lambda may do with the bucket, in the name of the functions that the stream is mapped to. */
  readonly permissions: readonly string[];
  /** The function that EventBridge calls for each object that is created, and what it may do with the bucket. */
  readonly recovery: { readonly functionName: string; readonly permissions: readonly string[] };
  /** Lifecycle rule: what has not been recovered is deleted so many days after it was written. */
  readonly expirationDays: number;
}

export interface AttributeDescription {
  readonly name: string;
  readonly type: 'S' | 'N';
}

/** How events leave: the publisher function reads them from the commits. */
export interface BusDescription {
  /** The second of the two readers that a stream's shard may have. */
  readonly eventSource: EventSourceDescription;
  /** The event bus of EventBridge that the publisher puts them on. @default none: they go elsewhere */
  readonly eventBusName?: string;
}

/** A rule of EventBridge. */
export interface RuleDescription {
  readonly name: string;
  readonly eventBusName: string;
  readonly eventPattern: EventPattern;
  readonly targets: readonly RuleTargetDescription[];
}

/** A function, or another event bus. Without a path or a transformer it gets the whole event. */
export type RuleTargetDescription = (
  | { readonly functionName: string }
  | { readonly eventBusName: string }
) & {
  readonly inputPath?: string;
  readonly inputTransformer?: InputTransformerDescription;
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export interface InputTransformerDescription {
  /** Paths in the event, by the names that they have in the template. */
  readonly inputPathsMap: Readonly<Record<string, string>>;
  /** JSON with `<name>` for what is at a path. */
  readonly inputTemplate: string;
}

/** The table's stream to a function. */
export interface EventSourceDescription {
  readonly functionName: string;
  readonly startingPosition: 'TRIM_HORIZON';
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  readonly parallelizationFactor: number;
  readonly maximumRetryAttempts: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly functionResponseTypes: readonly 'ReportBatchItemFailures'[];
  /** Lambda event filter patterns; a record passes when any of them matches. */
  readonly filters: readonly EventFilterPattern[];
}

/**
 * A Lambda event filter: each leaf is a list of alternatives, strings to be equal to, `{prefix}`, or `{exists}`, which
 * sees only what is neither a list nor a map.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export interface EventFilterPattern {
  readonly [field: string]: EventFilterPattern | readonly EventFilterAlternative[];
}

export type EventFilterAlternative = string | { readonly prefix: string } | { readonly exists: true };

export interface FunctionDescription {
  readonly functionName: string;
  readonly role:
    | 'orchestrator'
    | 'wake'
    | 'clock'
    | 'failed'
    | 'recovery'
    | 'publisher'
    | 'ingest'
    | 'stepFunctions'
    | 'workerHost'
    | 'worker'
    /** A function that knows nothing of Millrace and that machines call by `lambda()`: part of the local cloud alone. */
    | 'unmodified';
  /** Folder of the unpacked code, as Lambda would have it in `/var/task`. */
  readonly codeDirectory: string;
  /** `<file without extension>.<export>` within the code folder. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** @default no reservation */
  readonly reservedConcurrentExecutions?: number;
  /** How asynchronous invocations are treated. @default Lambda's own: 2 retries, 6 hours, no destinations */
  readonly eventInvokeConfig?: EventInvokeDescription;
}

export interface EventInvokeDescription {
  /** 0 to 2. */
  readonly maximumRetryAttempts?: number;
  /** 60 to 21,600. */
  readonly maximumEventAgeSeconds?: number;
  /** The receiver of the invocation record. */
  readonly onSuccess?: DestinationDescription;
  readonly onFailure?: DestinationDescription;
}

/** Name of a function, or an event bus. */
export type DestinationDescription = string | { readonly eventBusName: string };

export interface ScheduleDescription {
  readonly functionName: string;
  readonly rateMinutes: number;
}

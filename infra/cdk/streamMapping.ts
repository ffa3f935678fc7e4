import { Duration } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  EventSourceMapping,
  type Function as LambdaFunction,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { EventSourceDescription } from '../description.ts';
import { InvalidDeploymentError } from './errors.ts';
import { allowObjects, allowStream } from './permissions.ts';

/**
 * The table's stream to a function, as the deployment description has it, with the permissions that the function needs for it.
 *
 * @throws InvalidDeploymentError if the table's stream is not known
 */
export function mapStream(
  scope: Construct,
  id: string,
  description: EventSourceDescription,
  { target, table, encryptionKey, failureBucket, failurePermissions }: StreamMapping,
): EventSourceMapping {
  const streamArn = table.tableStreamArn;
  if (streamArn === undefined) {
    throw new InvalidDeploymentError(
      'The table has no stream that is known: import it with its tableStreamArn, or give it a stream.',
    );
  }
  allowStream(target, streamArn, encryptionKey);
  allowObjects(target, failurePermissions, failureBucket);
  const mapping = new EventSourceMapping(scope, id, {
    target,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition[description.startingPosition],
    batchSize: description.batchSize,
    maxBatchingWindow: Duration.seconds(description.maximumBatchingWindowSeconds),
    parallelizationFactor: description.parallelizationFactor,
    retryAttempts: description.maximumRetryAttempts,
    bisectBatchOnError: description.bisectBatchOnFunctionError,
    reportBatchItemFailures: description.functionResponseTypes.includes('ReportBatchItemFailures'),
    filters: description.filters.map((pattern) => ({ pattern: JSON.stringify(pattern) })),
    // The CDK's own S3 destination also lets the function read and delete, by wildcards.
    onFailure: { bind: () => ({ destination: failureBucket.bucketArn }) },
    supportS3OnFailureDestination: true,
    // These metrics alone count the records that are given up.
    metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
  });
  // Lambda tries the role's permissions when it creates the mapping.
  mapping.node.addDependency(target);
  return mapping;
}

export interface StreamMapping {
  readonly target: LambdaFunction;
  readonly table: ITable | Table;
  readonly encryptionKey: IKey | undefined;
  readonly failureBucket: IBucket | Bucket;
  /** What Lambda may do with the bucket, in the name of the function. */
  readonly failurePermissions: readonly string[];
}

import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type Bucket, CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type PrivateBucketProps, privateBucket } from './buckets.ts';

/** A bucket that sends EventBridge an event for each object. */
export function failureBucketOf(scope: Construct, props: PrivateBucketProps): Bucket {
  const bucket = privateBucket(scope, 'Failures', props);
  const resource = bucket.node.defaultChild;
  // The CDK's own `eventBridgeEnabled` deploys a function that may change the notifications of every bucket.
  if (resource instanceof CfnBucket) {
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
  return bucket;
}

/**
 * Calls the recovery function for each object of the bucket. By a rule, because a notification of the bucket would need the
 * function, whose role needs the bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
 */
export function recoverFrom(scope: Construct, bucket: IBucket | Bucket, recovery: LambdaFunction): Rule {
  return new Rule(recovery.node.scope ?? scope, 'Rule', {
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] } },
    },
    targets: [new LambdaTarget(recovery)],
  });
}

import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface PrivateBucketProps {
  readonly expirations: readonly { readonly prefix?: string; readonly days: number }[];
  readonly encryptionKey?: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** A bucket that only the deployment's functions and grantees use. */
export function privateBucket(scope: Construct, id: string, props: PrivateBucketProps): Bucket {
  const { expirations, encryptionKey, removalPolicy } = props;
  const lifecycleRules = expirations.map(
    ({ prefix, days }): LifecycleRule => ({ ...(prefix && { prefix }), expiration: Duration.days(days) }),
  );
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [...lifecycleRules, { abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    ...(encryptionKey
      ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    removalPolicy,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Server access logs of a bucket that functions alone use would cost more than the bucket. A user who needs ' +
      'them brings a bucket with logs, or turns on data events of CloudTrail.',
  });
  return bucket;
}

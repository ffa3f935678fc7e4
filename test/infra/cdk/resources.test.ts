import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Millrace } from '../../../infra/cdk/index.ts';
import { emptyCode, synthesized } from './synthesized.ts';

const made = synthesized({ bus: { endpoint: 'https://bus.example' } });
const { template } = made;

describe('the table', () => {
  it('is on demand, with keys, index, stream and expiry of the items', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'executionId', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'mr_index',
          KeySchema: [
            { AttributeName: 'mr_pk', KeyType: 'HASH' },
            { AttributeName: 'mr_sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['machine', 'startedAt'] },
        },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('can be restored to any second, and neither a deletion nor the end of the stack takes it away', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      Properties: {
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      },
      DeletionPolicy: 'Retain',
    });
  });
});

describe('functions', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));

  it('run on arm64 and Node.js 24, with source maps, and log where logs end after a month', () => {
    expect(functions).toHaveLength(9);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        LoggingConfig: { LogGroup: expect.anything() },
        Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
      });
    }
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('have a role each', () => {
    const roles = functions.map(({ Properties }) => JSON.stringify(Properties.Role));
    expect(new Set(roles).size).toBe(functions.length);
  });

  it('of workers, and nudges of the orchestrator, are not tried again by Lambda: retry policies and the stream do it', () => {
    template.resourcePropertiesCountIs('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 }, 5);
  });
});

describe('the stream', () => {
  const toOrchestrator = {
    FunctionName: { Ref: Match.stringLikeRegexp('OrdersOrchestratorFunction') },
  };

  it('brings the orchestrator the journal, and nothing else', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ...toOrchestrator,
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('OrdersTable'), 'StreamArn'] },
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: {
                Keys: {
                  item: {
                    S: ['start', { prefix: 'task#' }, { prefix: 'event#' }, { prefix: 'message#' }],
                  },
                },
              },
            }),
          },
        ],
      },
    });
  });

  it('skips nothing, goes on after five retries, and leaves what was given up in the failure bucket', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ...toOrchestrator,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 0,
      ParallelizationFactor: 1,
      MaximumRetryAttempts: 5,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('OrdersFailures'), 'Arn'] } },
      },
    });
  });

  it('has the recovery function called for every batch in the failure bucket', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [{ Ref: Match.stringLikeRegexp('OrdersFailures') }] } },
      },
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('OrdersRecoveryFunction'), 'Arn'] } }],
    });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
  });

  it('brings the publisher the commits that have something for the bus', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('OrdersPublisherFunction') },
      FilterCriteria: {
        Filters: ['S', 'B'].map((type) => ({
          Pattern: JSON.stringify({
            eventName: ['INSERT', 'MODIFY'],
            dynamodb: {
              Keys: { item: { S: ['execution'] } },
              NewImage: { emitted: { [type]: [{ exists: true }] } },
            },
          }),
        })),
      },
    });
  });
});

describe('the clock', () => {
  it('is started every minute, and a start that failed is not made up for', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('OrdersClockFunction'), 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        }),
      ],
    });
  });
});

describe('buckets', () => {
  it('are private, encrypted, and let no one in without TLS', () => {
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    });
    template.allResourcesProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  it('forget data after the items that refer to it, and failed batches after a month', () => {
    const rules = Object.values(template.findResources('AWS::S3::Bucket')).flatMap(
      ({ Properties }) => Properties.LifecycleConfiguration.Rules,
    );
    const expirations = rules.flatMap(({ Prefix, ExpirationInDays }) =>
      ExpirationInDays === undefined ? [] : [{ Prefix, ExpirationInDays }],
    );
    expect(expirations).toEqual([
      { Prefix: 'data/', ExpirationInDays: 98 },
      { Prefix: undefined, ExpirationInDays: 30 },
    ]);
  });
});

describe('names of functions', () => {
  const prefixOf = ({ description }: Millrace) =>
    description.functions[0]?.functionName.replace('orchestrator', '');

  it('begin with a prefix that each construct has for itself, and that leaves room for any worker', () => {
    const { stack, millrace } = synthesized();
    const second = new Millrace(stack, 'Loans', { machines: 'machines', code: emptyCode });
    expect(prefixOf(millrace)).toMatch(/^[A-Za-z0-9-]{1,17}$/);
    expect(prefixOf(second)).not.toBe(prefixOf(millrace));
  });

  it('are refused where they are too long for Lambda', () => {
    expect(() => synthesized({ functionPrefix: 'x'.repeat(60) })).toThrow(/choose a shorter functionPrefix/);
  });
});

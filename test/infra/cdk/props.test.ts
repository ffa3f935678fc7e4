import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import {
  AttributeType,
  type GlobalSecondaryIndexProps,
  ProjectionType,
  StreamViewType,
  Table,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import type { EventPattern } from '../../../infra/eventPattern/eventPattern.ts';
import type { Template } from '../../../infra/template/cloudFormation.ts';
import { describeTemplate } from '../../../infra/template/readDeployment.ts';
import { allowed, assetsOf, emptyCode, network, synthesized } from './synthesized.ts';

const keys = {
  partitionKey: { name: 'executionId', type: AttributeType.STRING },
  sortKey: { name: 'item', type: AttributeType.STRING },
};
const index = {
  indexName: 'mr_index',
  partitionKey: { name: 'mr_pk', type: AttributeType.STRING },
  sortKey: { name: 'mr_sk', type: AttributeType.NUMBER },
};

function ownTable(
  stack: Stack,
  props: Partial<TableProps> = {},
  ...indexes: GlobalSecondaryIndexProps[]
): Table {
  const table = new Table(stack, 'Mine', { ...keys, stream: StreamViewType.NEW_IMAGE, ...props });
  for (const each of indexes) table.addGlobalSecondaryIndex(each);
  return table;
}

describe('a table of your own', () => {
  it('is used in place of a new one', () => {
    const { template, millrace, stack } = synthesized((own) => ({ table: ownTable(own, {}, index) }));
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    expect(stack.resolve(millrace.clientEnvironment.MILLRACE_TABLE)).toEqual({
      Ref: expect.stringMatching(/^Mine/),
    });
  });

  it('may get its index later', () => {
    const made = synthesized(
      (stack) => ({ table: ownTable(stack) }),
      ({ table }) => {
        if (table instanceof Table) table.addGlobalSecondaryIndex(index);
      },
    );
    expect(() => made.template).not.toThrow();
  });

  it('is refused where its stream is not known', () => {
    expect(() =>
      synthesized((stack) => ({ table: Table.fromTableName(stack, 'Mine', 'executions') })),
    ).toThrow(/import it with its tableStreamArn/);
  });

  const wrongKey = { name: 'id', type: AttributeType.STRING };
  it.each<[string, Partial<TableProps>, GlobalSecondaryIndexProps[], RegExp]>([
    [
      'it has no index',
      {},
      [],
      /no index 'mr_index'.*Give the table the global secondary index 'mr_index' with/,
    ],
    ['it has another index', {}, [{ ...index, indexName: 'mine' }], /no index 'mr_index'/],
    [
      'its index has another key',
      {},
      [{ ...index, sortKey: { name: 'mr_sk', type: AttributeType.STRING } }],
      /The index 'mr_index' has the sort key 'mr_sk' \(S\), and needs 'mr_sk' \(N\)/,
    ],
    [
      'its index does not project what is read',
      {},
      [{ ...index, projectionType: ProjectionType.KEYS_ONLY }],
      /The index 'mr_index' does not project machine and startedAt/,
    ],
    [
      'its keys are others',
      { partitionKey: wrongKey },
      [index],
      /The table has the partition key 'id' \(S\), and needs 'executionId' \(S\)/,
    ],
  ])('is refused at synthesis where %s', (_, props, indexes, message) => {
    expect(() => synthesized((stack) => ({ table: ownTable(stack, props, ...indexes) })).template).toThrow(
      message,
    );
  });

  it('is refused so by the local cloud that starts from the template', () => {
    const json: Readonly<Record<string, unknown>> = synthesized().template.toJSON();
    const withoutIndex: Template = JSON.parse(
      JSON.stringify(json, (key, value: unknown) => (key === 'GlobalSecondaryIndexes' ? [] : value)),
    );
    expect(() => describeTemplate(withoutIndex, assetsOf(withoutIndex))).toThrow(
      expect.objectContaining({
        code: 'InvalidTemplate',
        message: expect.stringMatching(/^Table '.*': The table has no index 'mr_index'/),
      }),
    );
  });
});

describe('buckets of your own', () => {
  it('are used in place of new ones', () => {
    const made = synthesized((stack) => ({
      storeBucket: Bucket.fromBucketName(stack, 'Data', 'large-data'),
      failureBucket: new Bucket(stack, 'Lost'),
    }));
    made.template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(made.millrace.clientEnvironment.MILLRACE_STORE).toBe('s3://large-data');
    expect(allowed(made, made.millrace.orchestrator)).toContain('s3:PutObject on Lost/*');
  });
});

describe('a network of your own', () => {
  it('has all functions in it', () => {
    const { template, millrace } = synthesized((stack) => ({ vpc: network(stack) }));
    template.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { VpcConfig: Match.anyValue() },
      millrace.description.functions.length,
    );
  });
});

describe('settings', () => {
  it('reach every function and every client', () => {
    const { millrace } = synthesized({
      indexShards: 16,
      retention: Duration.days(30),
      waitForMachine: Duration.hours(1),
    });
    for (const { environment } of millrace.description.functions) {
      expect(environment).toMatchObject({
        MILLRACE_INDEX_SHARDS: '16',
        MILLRACE_RETENTION_DAYS: '30',
        MILLRACE_WAIT_FOR_MACHINE_SECONDS: '3600',
      });
    }
    expect(millrace.clientEnvironment).toMatchObject({
      MILLRACE_INDEX_SHARDS: '16',
      MILLRACE_RETENTION_DAYS: '30',
    });
  });

  it('say how long logs are kept', () => {
    const { template } = synthesized({ logRetention: RetentionDays.ONE_WEEK });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  it('keep the data, but not of a deployment that fails, unless the table is protected', () => {
    const { template } = synthesized();
    template.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
    template.allResources('AWS::S3::Bucket', kept);
    const unprotected = synthesized({ deletionProtection: false });
    unprotected.template.hasResource('AWS::DynamoDB::Table', {
      ...kept,
      Properties: { DeletionProtectionEnabled: false },
    });
  });

  it('cannot both protect the table and let the stack take it', () => {
    expect(() => synthesized({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true })).toThrow(
      /leave out removalPolicy, or deletionProtection/,
    );
  });

  it('may let the stack take its data with it', () => {
    const { template } = synthesized({ removalPolicy: RemovalPolicy.DESTROY });
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
  });
});

describe('the memory of the orchestrator', () => {
  it.each([
    [undefined, 512],
    [1024, 1024],
  ])('is what is asked for: %s', (orchestratorMemorySize, expected) => {
    const { millrace } = synthesized(orchestratorMemorySize === undefined ? {} : { orchestratorMemorySize });
    const memoryOf = (role: string) =>
      millrace.description.functions.find((each) => each.role === role)?.memorySizeMb;
    expect([memoryOf('orchestrator'), memoryOf('wake'), memoryOf('clock')]).toEqual([
      expected,
      expected,
      128,
    ]);
  });
});

describe('a bus', () => {
  it('is none unless it is asked for', () => {
    const { template, millrace } = synthesized();
    expect(millrace.publisher).toBeUndefined();
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  });

  it('has a publisher that posts to the endpoint, which no other function knows', () => {
    const { millrace } = synthesized({ bus: { endpoint: 'https://bus.example' } });
    const knowing = millrace.description.functions.filter(
      ({ environment }) => environment.MILLRACE_BUS_ENDPOINT === 'https://bus.example',
    );
    expect(knowing.map(({ role }) => role)).toEqual(['publisher']);
  });

  it('is an event bus of its own where nothing else is said, and the one that is given', () => {
    const own = synthesized({ bus: {} });
    own.template.resourceCountIs('AWS::Events::EventBus', 1);
    const given = synthesized((stack) => ({
      bus: { eventBus: EventBus.fromEventBusName(stack, 'Shared', 'shared') },
    }));
    given.template.resourceCountIs('AWS::Events::EventBus', 0);
    given.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MILLRACE_EVENT_BUS: 'shared' } },
    });
  });
});

describe('an event bus of another account', () => {
  const elsewhere = (stack: Stack) => EventBus.fromEventBusArn(stack, 'Shared', arn);
  const arn = 'arn:aws:events:us-east-1:222222222222:event-bus/shared';
  const refused = /cannot be of an event bus of another account or region/;

  it('is what the publisher puts events on, and no bus of that name of its own account', () => {
    const made = synthesized((stack) => ({ bus: { eventBus: elsewhere(stack) } }));
    made.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MILLRACE_EVENT_BUS: arn } },
    });
    const { publisher } = made.millrace;
    expect(publisher && allowed(made, publisher)).toContain(`events:PutEvents on ${arn}`);
  });

  it('is refused for rules, which would be of a bus of that name of the own account', () => {
    const rule = { eventPattern: { source: ['shop'] }, start: { machine: 'order' } };
    expect(() =>
      synthesized((stack) => ({ rules: { Placed: { ...rule, eventBus: elsewhere(stack) } } })),
    ).toThrow(refused);
    expect(() =>
      synthesized((stack) => ({ bus: { eventBus: elsewhere(stack) }, rules: { Placed: rule } })),
    ).toThrow(refused);
  });
});

describe('rules', () => {
  const start = { machine: 'order', executionId: '$.detail.orderId' } as const;

  it('match the events of the bus, or of the one that they name, or of the default bus of the account', () => {
    const { template } = synthesized((stack) => ({
      bus: {},
      rules: {
        Placed: { eventPattern: { source: ['shop'] }, start },
        Uploaded: {
          eventPattern: { source: ['aws.s3'] },
          start,
          eventBus: EventBus.fromEventBusName(stack, 'Default', 'default'),
        },
      },
    }));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['shop'] },
      EventBusName: { Ref: Match.stringLikeRegexp('^OrdersEventBus') },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.s3'] },
      EventBusName: 'default',
    });
    const alone = synthesized({ rules: { Placed: { eventPattern: { source: ['shop'] }, start } } });
    alone.template.hasResourceProperties('AWS::Events::Rule', { EventBusName: 'default' });
    expect(alone.millrace.publisher).toBeUndefined();
  });

  it('that EventBridge would not take, or whose paths are none, are refused at once', () => {
    const rule = (pattern: EventPattern, executionId: `$${string}`) =>
      synthesized({ rules: { Placed: { eventPattern: pattern, start: { ...start, executionId } } } });
    expect(() => rule({ source: [] }, '$.id')).toThrow(
      expect.objectContaining({ code: 'InvalidEventPattern' }),
    );
    expect(() => rule({ source: ['a'] }, '$id')).toThrow(
      expect.objectContaining({ code: 'InvalidEventPath' }),
    );
  });

  it('need code that was bundled with their function', () => {
    const { ingest: _, ...code } = emptyCode;
    expect(() =>
      synthesized({ code, rules: { Placed: { eventPattern: { source: ['a'] }, start } } }),
    ).toThrow(/bundle it with `ingest`/);
  });
});

describe('sfnEndpoint', () => {
  it('needs code that was bundled with its function', () => {
    const { stepFunctions: _, ...code } = emptyCode;
    expect(() => synthesized({ code, sfnEndpoint: true })).toThrow(/bundle it with `stepFunctions`/);
  });

  it('makes a function with a URL, and grants its calls; without it there is neither', () => {
    const role = (stack: Stack) =>
      new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const served = synthesized({ sfnEndpoint: true }, (millrace, stack) =>
      millrace.grantStepFunctions(role(stack)),
    );
    expect(JSON.stringify(served.template.toJSON())).toContain('lambda:InvokeFunctionUrl');
    expect(served.millrace.sfnEndpoint?.url).toBeDefined();
    const { millrace, stack } = synthesized();
    expect([millrace.sfnEndpoint, millrace.stepFunctions]).toEqual([undefined, undefined]);
    expect(() => millrace.grantStepFunctions(role(stack))).toThrow(/set `sfnEndpoint: true`/);
  });
});

describe('alarms', () => {
  const { template, millrace } = synthesized((stack) => ({ alarmTopic: new Topic(stack, 'Pager') }));

  it('are one for each thing that an operator should know', () => {
    expect(Object.keys(millrace.alarms)).toEqual([
      'IteratorAge',
      'Throttles',
      'WriteThrottles',
      'JournalGivenUp',
      'RecoveryLost',
      'Waiting',
      'Dropped',
      'WakeFailed',
      'ClockStopped',
      'ClockErrors',
      'FailedExecutions',
      'PendingRedrive',
      'OverdueWakes',
    ]);
  });

  it('notify the topic when they go off and when they are over, and say what to do', () => {
    const action = [{ Ref: Match.stringLikeRegexp('^Pager') }];
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: action,
      OKActions: action,
      AlarmDescription: Match.anyValue(),
    });
  });

  it('go off when the orchestrator is an hour behind', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'IteratorAge',
      Statistic: 'Maximum',
      Threshold: 3_600_000,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('go off when the publisher is an hour behind, where there is one', () => {
    const withBus = synthesized({ bus: {} });
    withBus.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'IteratorAge',
      Dimensions: [
        { Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^OrdersPublisherFunction') } },
      ],
      Threshold: 3_600_000,
    });
    expect(Object.keys(withBus.millrace.alarms)).toContain('BusBehind');
  });

  it('go off when what was given up is not recovered either', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Dimensions: [
        { Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^OrdersRecoveryFunction') } },
      ],
      Threshold: 0,
    });
  });

  it('go off when writes are throttled, to the table or to its index, which are metrics of their own', () => {
    const throttlesOf = (...more: object[]) =>
      Match.objectLike({
        MetricStat: Match.objectLike({
          Metric: {
            Namespace: 'AWS/DynamoDB',
            MetricName: 'WriteThrottleEvents',
            Dimensions: [...more, { Name: 'TableName', Value: Match.anyValue() }],
          },
        }),
      });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'FILL(tableThrottles, 0) + FILL(indexThrottles, 0)' }),
        throttlesOf(),
        throttlesOf({ Name: 'GlobalSecondaryIndexName', Value: 'mr_index' }),
      ]),
    });
  });

  it('go off when the clock is not started at all', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('go off when events that rules bring are lost', () => {
    const withRules = synthesized({
      rules: { Placed: { eventPattern: { source: ['shop'] }, start: { machine: 'order' } } },
    });
    withRules.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^OrdersIngestFunction') } }],
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    expect(Object.keys(millrace.alarms)).not.toContain('IngestLost');
  });

  it('count what functions report in their logs', () => {
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ $.millrace = "waiting" }',
      LogGroupName: { Ref: Match.stringLikeRegexp('OrdersOrchestratorLogs') },
    });
  });
});

describe('the dashboard', () => {
  it('shows what a million steps cost, by list prices', () => {
    const { template } = synthesized();
    const body = JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'));
    expect(body).toContain('Cost of a million steps');
    expect(body).toMatch(
      /writes \* 0\.625 \+ FILL\(reads, 0\) \* 0\.125 \+ requests \* 0\.2 \+ gbSeconds \* 13\.3334/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  clientToken,
  conversation,
  type Exchange,
  type Fields,
  jsonError,
  restError,
} from './conversation.ts';

const xml = { 'content-type': 'text/xml' };

/** A row: the action, its parameters, the exchange, and the state's result. */
type Row = readonly [action: string, parameters: Fields, exchange: Exchange, output: unknown];

const task = (action: string, Parameters: Fields) => ({
  Resource: `arn:aws:states:::aws-sdk:${action}`,
  Parameters,
});

function giveTheirResults(rows: readonly Row[]): void {
  it.each(rows)('%s', async (action, parameters, exchange, output) => {
    expect(await conversation(task(action, parameters), [exchange])).toEqual({
      status: 'SUCCEEDED',
      output,
    });
  });
}

describe('aws-sdk: actions in the query protocol', () => {
  giveTheirResults([
    [
      'sts:getCallerIdentity',
      {},
      {
        request: 'POST /',
        body: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        answer: {
          headers: xml,
          body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><UserId>AROA:s</UserId><Account>000000000001</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        },
      },
      { Account: '000000000001', Arn: 'arn:aws:sts::1:assumed-role/r/s', UserId: 'AROA:s' },
    ],
    [
      'sns:subscribe',
      {
        TopicArn: 'arn:news',
        Protocol: 'sqs',
        Attributes: { FilterPolicy: '{"kind":["order"]}', RawMessageDelivery: 'true' },
        ReturnSubscriptionArn: 'true',
      },
      {
        request: 'POST /',
        body: {
          Action: 'Subscribe',
          Version: '2010-03-31',
          TopicArn: 'arn:news',
          Protocol: 'sqs',
          'Attributes.entry.1.key': 'FilterPolicy',
          'Attributes.entry.1.value': '{"kind":["order"]}',
          'Attributes.entry.2.key': 'RawMessageDelivery',
          'Attributes.entry.2.value': 'true',
          ReturnSubscriptionArn: 'true',
        },
        answer: {
          headers: xml,
          body: '<SubscribeResponse><SubscribeResult><SubscriptionArn>arn:sub</SubscriptionArn></SubscribeResult></SubscribeResponse>',
        },
      },
      { SubscriptionArn: 'arn:sub' },
    ],
    [
      'sns:getTopicAttributes',
      { TopicArn: 'arn:news' },
      {
        request: 'POST /',
        body: { Action: 'GetTopicAttributes', Version: '2010-03-31', TopicArn: 'arn:news' },
        answer: {
          headers: xml,
          body: '<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>SubscriptionsConfirmed</key><value>2</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>',
        },
      },
      { Attributes: { SubscriptionsConfirmed: '2' } },
    ],
    [
      'sns:deleteTopic',
      { TopicArn: 'arn:news' },
      {
        request: 'POST /',
        body: { Action: 'DeleteTopic', Version: '2010-03-31', TopicArn: 'arn:news' },
        answer: { headers: xml, body: '<DeleteTopicResponse></DeleteTopicResponse>' },
      },
      {},
    ],
  ]);

  it('names its errors', async () => {
    const refused = (code: string, message: string) => ({
      request: 'POST /',
      body: { Action: 'DeleteTopic', Version: '2010-03-31', TopicArn: 'arn:news' },
      answer: {
        status: 404,
        headers: xml,
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code>${message}</Error><RequestId>request-1</RequestId></ErrorResponse>`,
      },
    });
    const state = task('sns:deleteTopic', { TopicArn: 'arn:news' });
    const modelled = await conversation(state, [refused('NotFound', '<Message>No topic.</Message>')]);
    expect(modelled.error).toEqual({
      name: 'Sns.NotFoundException',
      message: 'No topic. (Service: Sns, Status Code: 404, Request ID: request-1) (SDK Attempt Count: 1)',
    });
    const other = await conversation(state, [refused('Throttling', '')]);
    expect(other.error).toEqual({
      name: 'Sns.SnsException',
      message: 'null (Service: Sns, Status Code: 404, Request ID: request-1) (SDK Attempt Count: 1)',
    });
  });
});

describe('aws-sdk:ec2 actions', () => {
  const version = { Version: '2016-11-15' };
  giveTheirResults([
    [
      'ec2:describeInstances',
      {
        Filters: [{ Name: 'tag:stage', Values: ['prod', 'test'] }],
        MaxResults: 5,
        DryRun: false,
      },
      {
        request: 'POST /',
        body: {
          Action: 'DescribeInstances',
          ...version,
          'Filter.1.Name': 'tag:stage',
          'Filter.1.Value.1': 'prod',
          'Filter.1.Value.2': 'test',
          MaxResults: '5',
          DryRun: 'false',
        },
        answer: {
          headers: xml,
          body: `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet><item><reservationId>r-1</reservationId><ownerId>000000000001</ownerId><instancesSet><item><instanceId>i-1</instanceId><ebsOptimized>true</ebsOptimized><amiLaunchIndex>0</amiLaunchIndex><launchTime>2026-01-31T10:00:00.000Z</launchTime><instanceState><code>16</code><name>running</name></instanceState><tagSet><item><key>stage</key><value>prod</value></item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`,
        },
      },
      {
        Reservations: [
          {
            ReservationId: 'r-1',
            OwnerId: '000000000001',
            Instances: [
              {
                InstanceId: 'i-1',
                EbsOptimized: true,
                AmiLaunchIndex: 0,
                LaunchTime: '2026-01-31T10:00:00.000Z',
                State: { Code: 16, Name: 'running' },
                Tags: [{ Key: 'stage', Value: 'prod' }],
              },
            ],
          },
        ],
      },
    ],
    [
      'ec2:runInstances',
      { ImageId: 'ami-1', MinCount: 1, MaxCount: 1, UserData: 'IyEvYmluL3No', SubnetId: 'subnet-1' },
      {
        request: 'POST /',
        body: {
          Action: 'RunInstances',
          ...version,
          ImageId: 'ami-1',
          MinCount: '1',
          MaxCount: '1',
          UserData: 'IyEvYmluL3No',
          SubnetId: 'subnet-1',
          ClientToken: clientToken,
        },
        answer: {
          headers: xml,
          body: '<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></RunInstancesResponse>',
        },
      },
      { Instances: [{ InstanceId: 'i-1' }] },
    ],
    [
      'ec2:createTags',
      { Resources: ['i-1'], Tags: [{ Key: 'stage', Value: 'prod' }] },
      {
        request: 'POST /',
        body: {
          Action: 'CreateTags',
          ...version,
          'ResourceId.1': 'i-1',
          'Tag.1.Key': 'stage',
          'Tag.1.Value': 'prod',
        },
        answer: { headers: xml, body: '<CreateTagsResponse><return>true</return></CreateTagsResponse>' },
      },
      {},
    ],
  ]);

  it('names its errors, which are in no model', async () => {
    const { error } = await conversation(task('ec2:stopInstances', { InstanceIds: ['i-1'] }), [
      {
        request: 'POST /',
        body: { Action: 'StopInstances', ...version, 'InstanceId.1': 'i-1' },
        answer: {
          status: 400,
          headers: xml,
          body: '<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>No instance i-1.</Message></Error></Errors><RequestID>r</RequestID></Response>',
        },
      },
    ]);
    expect(error).toEqual({
      name: 'Ec2.Ec2Exception',
      message:
        'No instance i-1. (Service: Ec2, Status Code: 400, Request ID: request-1) (SDK Attempt Count: 1)',
    });
  });
});

describe('aws-sdk:s3 actions, in XML with paths', () => {
  giveTheirResults([
    [
      's3:listObjectsV2',
      { Bucket: 'data', Prefix: 'in/', MaxKeys: 2 },
      {
        request: 'GET /data/?list-type=2&max-keys=2&prefix=in%2F',
        answer: {
          headers: xml,
          body: '<ListBucketResult><Name>data</Name><Prefix>in/</Prefix><KeyCount>1</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>in/a b.csv</Key><LastModified>2026-01-31T10:00:00.000Z</LastModified><ETag>&quot;e1&quot;</ETag><Size>5368709120</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>',
        },
      },
      {
        Name: 'data',
        Prefix: 'in/',
        KeyCount: 1,
        MaxKeys: 2,
        IsTruncated: false,
        Contents: [
          {
            Key: 'in/a b.csv',
            LastModified: '2026-01-31T10:00:00.000Z',
            ETag: '"e1"',
            Size: 5_368_709_120,
            StorageClass: 'STANDARD',
          },
        ],
      },
    ],
    [
      's3:getObject',
      { Bucket: 'data', Key: 'in/a b.json', Range: 'bytes=0-9' },
      {
        request: 'GET /data/in/a%20b.json?x-id=GetObject',
        headers: { range: 'bytes=0-9' },
        answer: {
          status: 206,
          headers: {
            'content-type': 'application/json',
            'content-range': 'bytes 0-9/20',
            'last-modified': 'Sat, 31 Jan 2026 10:00:00 GMT',
            etag: '"e1"',
            'x-amz-meta-owner': 'Ada',
            'x-amz-version-id': 'v1',
          },
          body: '{"ü":"ß"}',
        },
      },
      {
        Body: '{"ü":"ß"}',
        ContentLength: 11,
        ContentType: 'application/json',
        ContentRange: 'bytes 0-9/20',
        LastModified: '2026-01-31T10:00:00.000Z',
        ETag: '"e1"',
        Metadata: { owner: 'Ada' },
        VersionId: 'v1',
      },
    ],
    [
      's3:headObject',
      { Bucket: 'data', Key: 'a' },
      {
        request: 'HEAD /data/a',
        answer: { headers: { 'content-length': '12', 'x-amz-storage-class': 'GLACIER' } },
      },
      { ContentLength: 12, ContentType: 'application/x-amz-json-1.0', Metadata: {}, StorageClass: 'GLACIER' },
    ],
    [
      's3:putObject',
      {
        Bucket: 'data',
        Key: 'out/result.json',
        Body: { rows: [1, 2], name: 'é' },
        ContentType: 'application/json',
        Metadata: { runId: 'r-1' },
        ServerSideEncryption: 'aws:kms',
        SsekmsKeyId: 'k-1',
      },
      {
        request: 'PUT /data/out/result.json?x-id=PutObject',
        body: { rows: [1, 2], name: 'é' },
        headers: {
          'content-type': 'application/json',
          'x-amz-meta-runid': 'r-1',
          'x-amz-server-side-encryption': 'aws:kms',
          'x-amz-server-side-encryption-aws-kms-key-id': 'k-1',
        },
        answer: { headers: { etag: '"e2"', 'x-amz-server-side-encryption': 'aws:kms' }, body: '' },
      },
      { ETag: '"e2"', ServerSideEncryption: 'aws:kms' },
    ],
    [
      's3:copyObject',
      { Bucket: 'data', Key: 'b', CopySource: 'data/a' },
      {
        request: 'PUT /data/b?x-id=CopyObject',
        headers: { 'x-amz-copy-source': 'data/a' },
        answer: {
          headers: xml,
          body: '<CopyObjectResult><ETag>"e3"</ETag><LastModified>2026-01-31T10:00:00.000Z</LastModified></CopyObjectResult>',
        },
      },
      { CopyObjectResult: { ETag: '"e3"', LastModified: '2026-01-31T10:00:00.000Z' } },
    ],
    [
      's3:deleteObjects',
      { Bucket: 'data', Delete: { Objects: [{ Key: 'a & b' }, { Key: 'c' }], Quiet: true } },
      {
        request: 'POST /data/?delete=',
        body: '<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a &amp; b</Key></Object><Object><Key>c</Key></Object><Quiet>true</Quiet></Delete>',
        answer: {
          headers: xml,
          body: '<DeleteResult><Deleted><Key>a &amp; b</Key></Deleted></DeleteResult>',
        },
      },
      { Deleted: [{ Key: 'a & b' }] },
    ],
    [
      's3:getObjectTagging',
      { Bucket: 'data', Key: 'a' },
      {
        request: 'GET /data/a?tagging=',
        answer: {
          headers: xml,
          body: '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
        },
      },
      { TagSet: [{ Key: 'k', Value: 'v' }] },
    ],
  ]);

  const errorBody = (code: string, message: string) => ({
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': 'request-1', 'x-amz-id-2': 'host-1' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>request-1</RequestId><HostId>host-1</HostId></Error>`,
  });
  const cause = (message: string, status: number) =>
    `${message} (Service: S3, Status Code: ${status}, Request ID: request-1, Extended Request ID: host-1) (SDK Attempt Count: 1)`;

  it.each([
    ['NoSuchKey', 404, 'S3.NoSuchKeyException', 'The specified key does not exist.'],
    ['NoSuchBucket', 404, 'S3.NoSuchBucketException', 'The specified bucket does not exist'],
    ['AccessDenied', 403, 'S3.S3Exception', 'Access Denied'],
  ])('name the error %s with status %i %s', async (code, status, name, message) => {
    const { error } = await conversation(task('s3:getObject', { Bucket: 'data', Key: 'a' }), [
      { request: 'GET /data/a?x-id=GetObject', answer: { status, ...errorBody(code, message) } },
    ]);
    expect(error).toEqual({ name, message: cause(message, status) });
  });

  it.each([
    ['headObject', 404, 'HEAD /data/a', 'S3.NoSuchKeyException', 'The specified key does not exist.'],
    ['headBucket', 404, 'HEAD /data/', 'S3.NoSuchBucketException', 'The specified bucket does not exist'],
    ['headObject', 403, 'HEAD /data/a', 'S3.S3Exception', 'null'],
  ])(
    '%s, whose answer has no body, fails after status %i at %s with %s',
    async (action, status, request, name, message) => {
      const parameters = { Bucket: 'data', ...(action === 'headObject' && { Key: 'a' }) };
      const answer = { status, headers: errorBody('', '').headers };
      expect((await conversation(task(`s3:${action}`, parameters), [{ request, answer }])).error).toEqual({
        name,
        message: cause(message, status),
      });
    },
  );
});

describe('aws-sdk: actions in JSON with paths', () => {
  giveTheirResults([
    [
      'lambda:invoke',
      { FunctionName: 'orders:live', Payload: { id: 7 }, LogType: 'Tail', ClientContext: 'e30=' },
      {
        request: 'POST /2015-03-31/functions/orders%3Alive/invocations',
        body: { id: 7 },
        headers: { 'x-amz-log-type': 'Tail', 'x-amz-client-context': 'e30=' },
        answer: {
          headers: { 'x-amz-executed-version': '3', 'x-amz-log-result': 'U1RBUlQ=' },
          body: { total: 12.5 },
        },
      },
      { StatusCode: 200, ExecutedVersion: '3', LogResult: 'U1RBUlQ=', Payload: '{"total":12.5}' },
    ],
    [
      'lambda:getFunctionConfiguration',
      { FunctionName: 'orders' },
      {
        request: 'GET /2015-03-31/functions/orders/configuration',
        answer: {
          body: {
            FunctionName: 'orders',
            CodeSize: 9_007_199_254_740_991,
            KMSKeyArn: null,
            Environment: { Variables: { someName: 'x' } },
            Layers: [],
          },
        },
      },
      {
        FunctionName: 'orders',
        CodeSize: 9_007_199_254_740_991,
        Environment: { Variables: { someName: 'x' } },
        Layers: [],
      },
    ],
    [
      'eks:listNodegroups',
      { ClusterName: 'prod', MaxResults: 2 },
      {
        request: 'GET /clusters/prod/node-groups?maxResults=2',
        answer: { body: { nodegroups: ['a', 'b'], nextToken: 'more' } },
      },
      { Nodegroups: ['a', 'b'], NextToken: 'more' },
    ],
    [
      'emrserverless:listJobRuns',
      { ApplicationId: 'a-1', CreatedAtAfter: '2026-01-31T10:00:00Z', States: ['FAILED', 'SUCCESS'] },
      {
        request:
          'GET /applications/a-1/jobruns?createdAtAfter=2026-01-31T10%3A00%3A00Z&states=FAILED&states=SUCCESS',
        answer: { body: { jobRuns: [{ id: 'r-1', createdAt: 1_769_853_600.5 }] } },
      },
      { JobRuns: [{ Id: 'r-1', CreatedAt: '2026-01-31T10:00:00.500Z' }] },
    ],
    [
      'batch:listJobs',
      { JobQueue: 'main', Filters: [{ Name: 'JOB_NAME', Values: ['a*'] }] },
      {
        request: 'POST /v1/listjobs',
        body: { jobQueue: 'main', filters: [{ name: 'JOB_NAME', values: ['a*'] }] },
        answer: { body: { jobSummaryList: [{ jobId: 'j', createdAt: 1_700_000_000_123 }] } },
      },
      { JobSummaryList: [{ JobId: 'j', CreatedAt: 1_700_000_000_123 }] },
    ],
    [
      'bedrockruntime:converse',
      {
        ModelId: 'anthropic.claude',
        System: [{ Text: 'Be brief.' }],
        Messages: [{ Role: 'user', Content: [{ Text: 'How many?' }] }],
        InferenceConfig: { MaxTokens: 100, Temperature: 0.5 },
        AdditionalModelRequestFields: { top_k: 5, nested: { camelCase: [1.5, null] } },
        ToolConfig: {
          Tools: [{ ToolSpec: { Name: 'count', InputSchema: { Json: { type: 'object', properties: {} } } } }],
        },
      },
      {
        request: 'POST /model/anthropic.claude/converse',
        body: {
          system: [{ text: 'Be brief.' }],
          messages: [{ role: 'user', content: [{ text: 'How many?' }] }],
          inferenceConfig: { maxTokens: 100, temperature: 0.5 },
          additionalModelRequestFields: { top_k: 5, nested: { camelCase: [1.5, null] } },
          toolConfig: {
            tools: [
              { toolSpec: { name: 'count', inputSchema: { json: { type: 'object', properties: {} } } } },
            ],
          },
        },
        answer: {
          body: {
            output: {
              message: {
                role: 'assistant',
                content: [
                  { text: 'Three.' },
                  { toolUse: { toolUseId: 't', name: 'count', input: { someKey: [1, 2.5, null] } } },
                ],
              },
            },
            stopReason: 'tool_use',
            usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 },
            metrics: { latencyMs: 300 },
          },
        },
      },
      {
        Output: {
          Message: {
            Role: 'assistant',
            Content: [
              { Text: 'Three.' },
              { ToolUse: { ToolUseId: 't', Name: 'count', Input: { someKey: [1, 2.5, null] } } },
            ],
          },
        },
        StopReason: 'tool_use',
        Usage: { InputTokens: 5, OutputTokens: 2, TotalTokens: 7 },
        Metrics: { LatencyMs: 300 },
      },
    ],
    [
      'bedrockruntime:invokeModel',
      { ModelId: 'titan', Body: { inputText: 'Hi' }, ContentType: 'application/json', Accept: '*/*' },
      {
        request: 'POST /model/titan/invoke',
        body: { inputText: 'Hi' },
        headers: { 'content-type': 'application/json', accept: '*/*' },
        answer: { headers: { 'content-type': 'application/json' }, body: { results: [] } },
      },
      { Body: '{"results":[]}', ContentType: 'application/json' },
    ],
  ]);

  it.each([
    ['ResourceNotFoundException', 404, 'Lambda.ResourceNotFoundException'],
    ['EC2ThrottledException', 502, 'Lambda.Ec2ThrottledException'],
    ['KMSDisabledException', 502, 'Lambda.KmsDisabledException'],
    ['AccessDeniedException', 403, 'Lambda.LambdaException'],
  ])('name the error %s with status %i %s', async (type, status, name) => {
    const { error } = await conversation(task('lambda:invoke', { FunctionName: 'orders' }), [
      {
        request: 'POST /2015-03-31/functions/orders/invocations',
        answer: restError(status, type, 'Refused.'),
      },
    ]);
    expect(error).toEqual({
      name,
      message: `Refused. (Service: Lambda, Status Code: ${status}, Request ID: request-1) (SDK Attempt Count: 1)`,
    });
  });
});

describe('aws-sdk: actions in JSON with targets', () => {
  giveTheirResults([
    [
      'dynamodb:query',
      {
        TableName: 'orders',
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: '7' }, ':paid': { Bool: true }, ':raw': { B: 'AAEC' } },
        ScanIndexForward: false,
      },
      {
        request: 'POST / DynamoDB_20120810.Query',
        body: {
          TableName: 'orders',
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: '7' }, ':paid': { BOOL: true }, ':raw': { B: 'AAEC' } },
          ScanIndexForward: false,
        },
        answer: {
          body: {
            Count: 1,
            ScannedCount: 1,
            Items: [
              {
                id: { S: '7' },
                big: { N: '123456789012345678901234567890' },
                raw: { B: 'AAEC' },
                set: { BS: ['AA==', '/w=='] },
                none: { NULL: true },
              },
            ],
          },
        },
      },
      {
        Count: 1,
        ScannedCount: 1,
        Items: [
          {
            id: { S: '7' },
            big: { N: '123456789012345678901234567890' },
            raw: { B: 'AAEC' },
            set: { Bs: ['AA==', '/w=='] },
            none: { Nul: true },
          },
        ],
      },
    ],
    [
      'sfn:startSyncExecution',
      { StateMachineArn: 'arn:m', Input: { id: 7 } },
      {
        request: 'POST / AWSStepFunctions.StartSyncExecution',
        body: { stateMachineArn: 'arn:m', input: '{"id":7}' },
        answer: {
          body: {
            executionArn: 'arn:e',
            startDate: 1_700_000_000.123,
            stopDate: 1_700_000_001,
            status: 'SUCCEEDED',
            output: '{"ok":true}',
            billingDetails: { billedMemoryUsedInMB: 64 },
          },
        },
      },
      {
        ExecutionArn: 'arn:e',
        StartDate: '2023-11-14T22:13:20.123Z',
        StopDate: '2023-11-14T22:13:21.000Z',
        Status: 'SUCCEEDED',
        Output: '{"ok":true}',
        BillingDetails: { BilledMemoryUsedInMB: 64 },
      },
    ],
    [
      'sfn:sendTaskSuccess',
      { TaskToken: 't', Output: { ok: true } },
      {
        request: 'POST / AWSStepFunctions.SendTaskSuccess',
        body: { taskToken: 't', output: '{"ok":true}' },
        answer: { body: {} },
      },
      {},
    ],
    [
      'secretsmanager:getSecretValue',
      { SecretId: 'db' },
      {
        request: 'POST / secretsmanager.GetSecretValue',
        body: { SecretId: 'db' },
        answer: {
          body: {
            ARN: 'arn:db',
            CreatedDate: 1_700_000_000.5,
            Name: 'db',
            SecretBinary: 'aGVsbG8=',
            VersionStages: ['AWSCURRENT'],
          },
        },
      },
      {
        Arn: 'arn:db',
        CreatedDate: '2023-11-14T22:13:20.500Z',
        Name: 'db',
        SecretBinary: 'hello',
        VersionStages: ['AWSCURRENT'],
      },
    ],
    [
      'glue:getCrawler',
      { Name: 'sales' },
      {
        request: 'POST / AWSGlue.GetCrawler',
        body: { Name: 'sales' },
        answer: { body: { Crawler: { Name: 'sales', State: 'READY', CrawlElapsedTime: 0 } } },
      },
      { Crawler: { Name: 'sales', State: 'READY', CrawlElapsedTime: 0 } },
    ],
    [
      'ecs:updateService',
      { Service: 'web', DesiredCount: '0', ForceNewDeployment: 'false' },
      {
        request: 'POST / AmazonEC2ContainerServiceV20141113.UpdateService',
        body: { service: 'web', desiredCount: 0, forceNewDeployment: false },
        answer: { body: { service: { serviceName: 'web', desiredCount: 0, loadBalancers: [] } } },
      },
      { Service: { ServiceName: 'web', DesiredCount: 0, LoadBalancers: [] } },
    ],
    [
      'eventbridge:putRule',
      { Name: 'nightly', EventPattern: { source: ['shop'] }, State: 'ENABLED' },
      {
        request: 'POST / AWSEvents.PutRule',
        body: { Name: 'nightly', EventPattern: '{"source":["shop"]}', State: 'ENABLED' },
        answer: { body: { RuleArn: 'arn:rule' } },
      },
      { RuleArn: 'arn:rule' },
    ],
    [
      'cloudwatch:putMetricData',
      {
        Namespace: 'shop',
        MetricData: [
          {
            MetricName: 'orders',
            Value: 3.5,
            Unit: 'Count',
            Timestamp: '2026-01-31T10:00:00Z',
            Dimensions: [{ Name: 'stage', Value: 'prod' }],
          },
        ],
      },
      {
        request: 'POST / GraniteServiceVersion20100801.PutMetricData',
        body: {
          Namespace: 'shop',
          MetricData: [
            {
              MetricName: 'orders',
              Value: 3.5,
              Unit: 'Count',
              Timestamp: 1_769_853_600,
              Dimensions: [{ Name: 'stage', Value: 'prod' }],
            },
          ],
        },
        answer: { body: {} },
      },
      {},
    ],
    [
      'emr:listClusters',
      { ClusterStates: ['RUNNING'], CreatedAfter: 1_700_000_000 },
      {
        request: 'POST / ElasticMapReduce.ListClusters',
        body: { ClusterStates: ['RUNNING'], CreatedAfter: 1_700_000_000 },
        answer: { body: { Clusters: [{ Id: 'j-1', NormalizedInstanceHours: 8 }] } },
      },
      { Clusters: [{ Id: 'j-1', NormalizedInstanceHours: 8 }] },
    ],
  ]);

  it('fail with a number that JavaScript has rounded, and say where it is', async () => {
    const { error } = await conversation(task('athena:getQueryExecution', { QueryExecutionId: 'q' }), [
      {
        request: 'POST / AmazonAthena.GetQueryExecution',
        body: { QueryExecutionId: 'q' },
        answer: { body: '{"QueryExecution":{"Statistics":{"DataScannedInBytes":12345678901234567890}}}' },
      },
    ]);
    expect(error?.name).toBe('NotSerializableError');
    expect(error?.message).toContain('QueryExecution.Statistics.DataScannedInBytes is 12345678901234567000');
  });

  it('wait for the token that any of them hands on', async () => {
    const state = {
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken',
      Parameters: { TableName: 'reviews', Item: { token: { 'S.$': '$$.Task.Token' } } },
    };
    const sent = {
      request: 'POST / DynamoDB_20120810.PutItem',
      body: { TableName: 'reviews', Item: { token: { S: 'e#0#1' } } },
      answer: { body: {} },
    };
    expect((await conversation(state, [sent], { completed: 'read' })).output).toBe('read');
  });

  it.each([
    ['com.amazonaws.swf.service.v2.model#TaskTimedOut', 'Sfn.TaskTimedOutException', 'Too late.'],
    ['InvalidToken', 'Sfn.InvalidTokenException', "Invalid Token: 'Invalid token'"],
    ['ThrottlingException', 'Sfn.SfnException', 'Rate exceeded'],
  ])('name the error %s %s', async (type, name, message) => {
    const { error } = await conversation(task('sfn:sendTaskHeartbeat', { TaskToken: 't' }), [
      {
        request: 'POST / AWSStepFunctions.SendTaskHeartbeat',
        body: { taskToken: 't' },
        answer: jsonError(type, message),
      },
    ]);
    expect(error).toEqual({
      name,
      message: `${message} (Service: Sfn, Status Code: 400, Request ID: request-1) (SDK Attempt Count: 1)`,
    });
  });
});

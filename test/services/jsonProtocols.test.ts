import { describe, expect, it } from 'vitest';
import { conversation, jsonError, restError } from './conversation.ts';
import { giveTheirResults, task } from './sdkActions.ts';

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

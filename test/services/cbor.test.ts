import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { dateToTag } from '@smithy/core/cbor';
import { describe, expect, it } from 'vitest';
import { clientToken, conversation, type Exchange, type Fields } from './conversation.ts';

/** Clients choose a protocol of their service. These ones are made to choose Smithy RPC v2 CBOR. */
const settings = { protocol: AwsSmithyRpcV2CborProtocol };
const granite = 'POST /service/GraniteServiceVersion20100801/operation';

const call = (action: string, Parameters: Fields, exchange: Exchange, more: Fields = {}) =>
  conversation(
    { Resource: `arn:aws:states:::aws-sdk:${action}`, Parameters, ...more },
    [{ headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' }, ...exchange }],
    { settings },
  );

describe('aws-sdk: actions in Smithy RPC v2 CBOR', () => {
  it('send numbers, times and lists, and have an empty result', async () => {
    const { status, output } = await call(
      'cloudwatch:putMetricData',
      {
        Namespace: 'shop',
        MetricData: [
          {
            MetricName: 'orders',
            Timestamp: '2026-01-31T10:00:00.500Z',
            Value: 7.25,
            Counts: [1, 2.5],
            StorageResolution: '60',
          },
        ],
      },
      {
        request: `${granite}/PutMetricData`,
        body: {
          Namespace: 'shop',
          MetricData: [
            {
              MetricName: 'orders',
              Timestamp: expect.objectContaining({ tag: 1, value: 1769853600.5 }),
              Value: 7.25,
              Counts: [1, 2.5],
              StorageResolution: 60,
            },
          ],
        },
        answer: {},
      },
    );
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: {} });
  });

  it('have times, numbers and lists in their results', async () => {
    const { output } = await call(
      'cloudwatch:getMetricStatistics',
      {
        Namespace: 'shop',
        MetricName: 'orders',
        StartTime: 1769853600,
        EndTime: '2026-01-31T11:00:00Z',
        Period: 60,
        Statistics: ['Sum'],
      },
      {
        request: `${granite}/GetMetricStatistics`,
        body: {
          Namespace: 'shop',
          MetricName: 'orders',
          StartTime: expect.objectContaining({ tag: 1, value: 1769853600 }),
          EndTime: expect.objectContaining({ tag: 1, value: 1769857200 }),
          Period: 60,
          Statistics: ['Sum'],
        },
        answer: {
          body: {
            Label: 'orders',
            Datapoints: [{ Timestamp: dateToTag(new Date(1769853600500)), Sum: 2.5, SampleCount: 3 }],
          },
        },
      },
    );
    expect(output).toEqual({
      Label: 'orders',
      Datapoints: [{ Timestamp: '2026-01-31T10:00:00.500Z', Sum: 2.5, SampleCount: 3 }],
    });
  });

  it('send bytes and client tokens, and have bytes in their results', async () => {
    const written = await call(
      'secretsmanager:createSecret',
      { Name: 'key', SecretBinary: 'päss' },
      {
        request: 'POST /service/secretsmanager/operation/CreateSecret',
        body: { Name: 'key', SecretBinary: Buffer.from('päss'), ClientRequestToken: clientToken },
        answer: { body: { ARN: 'arn', Name: 'key', VersionId: 'v' } },
      },
    );
    expect(written.output).toEqual({ Arn: 'arn', Name: 'key', VersionId: 'v' });
    const read = await call(
      'secretsmanager:getSecretValue',
      { SecretId: 'key' },
      {
        request: 'POST /service/secretsmanager/operation/GetSecretValue',
        body: { SecretId: 'key' },
        answer: { body: { SecretBinary: Buffer.from('päss'), VersionStages: ['AWSCURRENT'] } },
      },
    );
    expect(read.output).toEqual({ SecretBinary: 'päss', VersionStages: ['AWSCURRENT'] });
  });

  it('have large whole numbers as numbers, and absent members absent', async () => {
    const { output } = await call(
      'dynamodb:describeTable',
      { TableName: 'orders' },
      {
        request: 'POST /service/DynamoDB_20120810/operation/DescribeTable',
        body: { TableName: 'orders' },
        answer: { body: { Table: { TableName: 'orders', ItemCount: 2 ** 40, TableSizeBytes: 5000000000n } } },
      },
    );
    expect(output).toEqual({
      Table: { TableName: 'orders', ItemCount: 2 ** 40, TableSizeBytes: 5_000_000_000 },
    });
  });

  it.each([
    ['com.amazonaws.cloudwatch#DashboardNotFoundError', 404, 'CloudWatch.DashboardNotFoundErrorException'],
    [
      'com.amazonaws.cloudwatch#InvalidParameterValueException',
      400,
      'CloudWatch.InvalidParameterValueException',
    ],
    ['com.amazonaws.cloudwatch#ThrottlingException', 400, 'CloudWatch.CloudWatchException'],
    ['SomethingElse', 500, 'CloudWatch.CloudWatchException'],
  ])('name their errors: %s', async (__type, status, name) => {
    const { error } = await call(
      'cloudwatch:getDashboard',
      { DashboardName: 'shop' },
      {
        request: `${granite}/GetDashboard`,
        body: { DashboardName: 'shop' },
        answer: { status, body: { __type, message: 'No.' } },
      },
    );
    expect(error).toEqual({
      name,
      message: `No. (Service: CloudWatch, Status Code: ${status}, Request ID: request-1) (SDK Attempt Count: 1)`,
    });
  });
});

describe('optimized integrations in Smithy RPC v2 CBOR', () => {
  const athena = 'POST /service/AmazonAthena/operation';
  const body = { QueryExecutionId: 'q' };
  const started: Exchange = { request: `${athena}/StartQueryExecution`, body: {}, answer: { body } };
  const query = (action: string, exchanges: readonly Exchange[], Parameters: Fields = {}) =>
    conversation({ Resource: `arn:aws:states:::athena:${action}`, Parameters }, exchanges, { settings });
  const look = (answer: Exchange['answer']): Exchange => ({
    request: `${athena}/GetQueryExecution`,
    body,
    answer,
  });
  const refused = (__type: string) => ({ status: 400, body: { __type, Message: 'No.' } });

  it('wait for the end of a job, also where a look is throttled', async () => {
    const ended = { ...body, Status: { State: 'SUCCEEDED', CompletionDateTime: dateToTag(new Date(1500)) } };
    const { output } = await query('startQueryExecution.sync', [
      { ...started, body: { ClientRequestToken: clientToken } },
      look(refused('ThrottlingException')),
      look({ body: { QueryExecution: ended } }),
    ]);
    expect(output).toEqual({
      QueryExecution: { ...body, Status: { State: 'SUCCEEDED', CompletionDateTime: 1500 } },
    });
  });

  it.each([
    [
      'com.amazonaws.athena#InvalidRequestException',
      'Athena.InvalidRequestException',
      'InvalidRequestException',
    ],
    ['ThrottlingException', 'Athena.AmazonAthenaException', 'ThrottlingException'],
  ])('name their errors: %s', async (type, name, code) => {
    const stop = { request: `${athena}/StopQueryExecution`, body, answer: refused(type) };
    const { error } = await query('stopQueryExecution', [stop], body);
    expect(error).toEqual({
      name,
      message: `No. (Service: AmazonAthena; Status Code: 400; Error Code: ${code}; Request ID: request-1; Proxy: null)`,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { checkMockedResult } from '../../services/mockedResult.ts';

type Mode = Parameters<typeof checkMockedResult>[2];

const problemOf = (resource: string, result: object, mode: Mode = 'STRICT') =>
  checkMockedResult(`arn:aws:states:::${resource}`, JSON.parse(JSON.stringify(result)), mode);

const events = 'events:putEvents';
const start = 'states:startExecution';
const started = { ExecutionArn: 'arn', StartDate: '2026-01-31T10:00:00.000Z' };

/** As recorded on AWS, in both modes. */
describe('a mocked result', () => {
  it.each<[resource: string, result: object, problem: string]>([
    [events, { Entries: 'none' }, "Field 'Entries' must be an array"],
    [events, { Entries: [{ EventId: ['1'] }] }, "Field 'EventId' must be a string"],
    [events, { Entries: [{ EventId: '1' }, { EventId: ['2'] }] }, "Field 'EventId' must be a string"],
    [start, { ...started, StartDate: true }, "Field 'StartDate' must be a string"],
    [start, { ...started, StartDate: 1764103483 }, "Field 'StartDate' must be a string"],
    [start, { ...started, ExecutionArn: 1764103483 }, "Field 'ExecutionArn' must be a string"],
    ['lambda:invoke', { StatusCode: '200' }, "Field 'StatusCode' must be a number"],
    ['lambda:invoke', { Payload: { paid: true } }, "Field 'Payload' must be a string"],
    [
      'dynamodb:putItem',
      { ConsumedCapacity: { CapacityUnits: '123.45' } },
      "Field 'CapacityUnits' must be a number",
    ],
    ['aws-sdk:s3:getObject', { ContentLength: '9000' }, "Field 'ContentLength' must be a number"],
    ['aws-sdk:secretsmanager:getSecretValue', { SecretBinary: 123 }, "Field 'SecretBinary' must be a string"],
    ['aws-sdk:s3:getObject', { DeleteMarker: 'yes' }, "Field 'DeleteMarker' must be a boolean"],
    ['aws-sdk:s3:getObject', { Metadata: ['a'] }, "Field 'Metadata' must be an object"],
    ['aws-sdk:s3:getObject', { Metadata: { a: 1 } }, "Field 'Metadata' must be a string"],
    ['aws-sdk:dynamodb:getItem', { Item: { id: { S: 7 } } }, "Field 'S' must be a string"],
    ['aws-sdk:dynamodb:getItem', { Item: { id: 'S' } }, "Field 'Item' must be an object"],
    [
      'aws-sdk:rds:describeDBInstances',
      { DbInstances: {} },
      // The tests do not have its client.
      '',
    ],
  ])('of %s with %j: %s', async (resource, result, problem) => {
    for (const mode of ['STRICT', 'PRESENT'] as const) {
      expect(await problemOf(resource, result, mode)).toBe(problem || undefined);
    }
  });

  it('has its required fields, in the names of Step Functions, only with STRICT', async () => {
    const missing = "Required field 'ExecutionArn' is missing";
    for (const result of [{}, { executionArn: 'arn', startDate: 'now' }]) {
      expect(await problemOf(start, result)).toBe(missing);
      expect(await problemOf(start, result, 'PRESENT')).toBeUndefined();
    }
    expect(await problemOf(start, { ExecutionArn: 'arn' })).toBe("Required field 'StartDate' is missing");
    expect(await problemOf(start, started)).toBeUndefined();
    expect(await problemOf('aws-sdk:sfn:startExecution', {})).toBe(missing);
  });

  it.each<[resource: string, result: object]>([
    [events, {}],
    [events, { random: 'json', SdkHttpMetadata: { HttpStatusCode: 200 } }],
    ['sqs:sendMessage', { MD5OfMessageBody: { unexpected: ['object'] } }],
    ['lambda:invoke', { Payload: 'text', StatusCode: 200 }],
    ['apigateway:invoke', { StatusCode: 'any', ResponseBody: { a: 1 } }],
    ['http:invoke', { StatusCode: 'any' }],
    ['bedrock:invokeModel', { Body: { completion: 'text' }, ContentType: 'application/json' }],
    ['elasticmapreduce:createCluster', { ClusterId: 'j-1' }],
    ['sns:publish.waitForTaskToken', { MessageId: 7 }],
    ['aws-sdk:nosuchservice:noAction', { Any: 1 }],
    ['aws-sdk:s3:noSuchAction', { Any: 1 }],
  ])('of %s may be %j', async (resource, result) => {
    expect(await problemOf(resource, result)).toBeUndefined();
  });

  it('of a job is like its description, of which no field is required', async () => {
    expect(await problemOf('batch:submitJob.sync', { Status: 'SUCCEEDED' })).toBeUndefined();
    expect(await problemOf('batch:submitJob.sync', { Status: 1 })).toBe("Field 'Status' must be a string");
    expect(await problemOf('batch:submitJob', { JobName: 'n' })).toBe("Required field 'JobId' is missing");
    const ecs = { LastStatus: 'STOPPED', Containers: [{ ExitCode: '0' }] };
    expect(await problemOf('ecs:runTask.sync', ecs)).toBe("Field 'ExitCode' must be a number");
    const query = { QueryExecution: { QueryExecutionId: 'q', Status: 'SUCCEEDED' } };
    const athena = 'athena:startQueryExecution.sync';
    expect(await problemOf(athena, query)).toBe("Field 'Status' must be an object");
    expect(await problemOf(athena, { QueryExecution: {} })).toBeUndefined();
    expect(await problemOf('glue:startJobRun.sync', { JobRunState: 7 })).toBe(
      "Field 'JobRunState' must be a string",
    );
  });

  it('of an execution has its output as JSON with .sync:2, and as text with .sync', async () => {
    const ended = { Status: 'SUCCEEDED', Output: { ok: true }, StopDate: '2026-01-31T10:00:00.000Z' };
    expect(await problemOf(`${start}.sync:2`, ended)).toBeUndefined();
    expect(await problemOf(`${start}.sync`, ended)).toBe("Field 'Output' must be a string");
    expect(await problemOf(`${start}.sync:2`, { Status: 1 })).toBe("Field 'Status' must be a string");
  });
});

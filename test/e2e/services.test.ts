import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordedRequest, type Recorder, startRecorder } from '../services/recorder.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const task = (Resource: string, fields: object) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::${Resource}`,
  ...fields,
});

/** Writes an item and reads it, with both forms of DynamoDB's integrations, and catches the failure of a condition. */
const items = {
  StartAt: 'Put',
  States: {
    Put: task('dynamodb:putItem', {
      Parameters: {
        TableName: 'millrace',
        Item: {
          executionId: { 'S.$': '$.id' },
          item: { S: 'note' },
          paid: { BOOL: true },
          bytes: { B: 'aGk=' },
        },
      },
      ResultSelector: { 'status.$': '$.SdkHttpMetadata.HttpStatusCode' },
      ResultPath: '$.put',
      Next: 'Get',
    }),
    Get: task('aws-sdk:dynamodb:getItem', {
      Parameters: {
        TableName: 'millrace',
        Key: { executionId: { 'S.$': '$.id' }, item: { S: 'note' } },
      },
      ResultPath: '$.got',
      Next: 'Put again',
    }),
    'Put again': task('dynamodb:putItem', {
      Parameters: {
        TableName: 'millrace',
        Item: { executionId: { 'S.$': '$.id' }, item: { S: 'note' } },
        ConditionExpression: 'attribute_not_exists(executionId)',
      },
      Catch: [
        { ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], ResultPath: '$.error', Next: 'Missing' },
      ],
      End: true,
    }),
    Missing: task('aws-sdk:dynamodb:getItem', {
      Parameters: { TableName: 'nowhere', Key: { executionId: { S: 'a' }, item: { S: 'b' } } },
      Catch: [{ ErrorEquals: ['DynamoDb.ResourceNotFoundException'], ResultPath: '$.missing', Next: 'End' }],
      End: true,
    }),
    End: { Type: 'Succeed' },
  },
};

/** Sends a question to a queue, its answer to a topic, and an event. */
const messages = {
  StartAt: 'Ask',
  States: {
    Ask: task('sqs:sendMessage.waitForTaskToken', {
      Parameters: {
        QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/people',
        MessageBody: { 'token.$': '$$.Task.Token', 'question.$': '$.question' },
      },
      ResultPath: '$.answer',
      Next: 'Tell',
    }),
    Tell: task('sns:publish', {
      Parameters: { TopicArn: 'arn:aws:sns:us-east-1:1:topic', 'Message.$': '$.answer' },
      Catch: [{ ErrorEquals: ['SNS.NotFoundException'], ResultPath: null, Next: 'Put' }],
      Next: 'Put',
    }),
    Put: task('events:putEvents', {
      Parameters: { Entries: [{ Source: 'orders', DetailType: 'Asked', 'Detail.$': '$.answer' }] },
      ResultPath: '$.events',
      End: true,
    }),
  },
};

/** Runs a query of Athena and a task of ECS, which go on until someone ends them. */
const jobs = {
  StartAt: 'Both',
  States: {
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Query',
          States: {
            Query: task('athena:startQueryExecution.sync', {
              Parameters: { QueryString: 'select 1' },
              End: true,
            }),
          },
        },
        {
          StartAt: 'Run',
          States: {
            Run: task('ecs:runTask.sync', {
              Parameters: { Cluster: 'c', TaskDefinition: 'd' },
              End: true,
            }),
          },
        },
      ],
      End: true,
    },
  },
};

/** In one cloud over HTTP, as `millrace dev` runs it: the service worker is one of its functions. */
describe('services of definitions', () => {
  let folder: TemporaryDirectory;
  let recorder: Recorder;
  let cloud: TestCloud;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    recorder = await startRecorder(answer);
    await mkdir(join(folder.path, 'machines'), { recursive: true });
    await writeFile(join(folder.path, 'machines/items.asl.json'), JSON.stringify(items));
    await writeFile(join(folder.path, 'machines/messages.asl.json'), JSON.stringify(messages));
    await writeFile(join(folder.path, 'machines/jobs.asl.json'), JSON.stringify(jobs));
    cloud = await startTestCloud({
      machinesDirectory: join(folder.path, 'machines'),
      workersDirectory: join(folder.path, 'workers'),
      environment: Object.fromEntries(
        ['SQS', 'SNS', 'EVENTBRIDGE', 'ATHENA', 'ECS'].map((service) => [
          `AWS_ENDPOINT_URL_${service}`,
          recorder.endpoint,
        ]),
      ),
    });
  });
  afterAll(async () => {
    await cloud?.stop();
    await recorder?.[Symbol.asyncDispose]();
    await folder?.remove();
  });

  it('write and read items of DynamoDB, and name its errors as Step Functions does in each form', async () => {
    await cloud.put(startItem('i1', 'items', { M: { id: { S: 'noted' } } }));
    const { output, error } = await cloud.until('i1', hasStatus('SUCCEEDED', 'FAILED'));
    expect(error).toBeUndefined();
    expect(output).toMatchObject({
      put: { status: 200 },
      got: {
        Item: {
          executionId: { S: 'noted' },
          item: { S: 'note' },
          paid: { Bool: true },
          bytes: { B: 'aGk=' },
        },
      },
      error: {
        Error: 'DynamoDB.ConditionalCheckFailedException',
        Cause: expect.stringContaining('AmazonDynamoDBv2'),
      },
      missing: {
        Error: 'DynamoDb.ResourceNotFoundException',
        Cause: expect.stringContaining('Service: DynamoDb'),
      },
    });
  });

  it('wait for a token that went out in a message, and send what the service takes', async () => {
    await cloud.put(startItem('m1', 'messages', { M: { question: { S: 'yes?' } } }));
    await cloud.until('m1', () => requestOf('SendMessage') !== undefined);
    const { QueueUrl, MessageBody } = Object(requestOf('SendMessage')?.body);
    expect(QueueUrl).toBe('https://sqs.us-east-1.amazonaws.com/1/people');
    const { token, question } = JSON.parse(MessageBody);
    expect(question).toBe('yes?');
    const [, task, attempt] = String(token).split('#');
    await cloud.put({
      executionId: { S: 'm1' },
      item: { S: `task#${task}#${attempt}` },
      status: { S: 'SUCCEEDED' },
      output: { M: { ok: { BOOL: true } } },
    });
    const { output, error } = await cloud.until('m1', hasStatus('SUCCEEDED', 'FAILED'));
    expect(error).toBeUndefined();
    expect(output).toEqual({
      question: 'yes?',
      answer: { ok: true },
      events: { Entries: [{ EventId: 'e' }], FailedEntryCount: 0 },
    });
    const published = recorder.requests.find(({ text }) => text.includes('Action=Publish'));
    expect(new URLSearchParams(published?.text).get('Message')).toBe('{"ok":true}');
    expect(requestOf('PutEvents')?.body).toEqual({
      Entries: [
        {
          Source: 'orders',
          DetailType: 'Asked',
          Detail: '{"ok":true}',
          Resources: [
            'arn:aws:states:us-east-1:000000000000:stateMachine:messages',
            'arn:aws:states:us-east-1:000000000000:execution:messages:m1',
          ],
        },
      ],
    });
  });

  it('end the jobs of an execution that is stopped', async () => {
    await cloud.put(startItem('j1', 'jobs', { M: {} }));
    const areLookedAt = () =>
      requestOf('GetQueryExecution') !== undefined && requestOf('DescribeTasks') !== undefined;
    await cloud.until('j1', areLookedAt);
    expect([requestOf('StopQueryExecution'), requestOf('StopTask')]).toEqual([undefined, undefined]);
    await cloud.put({ executionId: { S: 'j1' }, item: { S: 'event#stop' }, control: { S: 'stop' } });
    await cloud.until('j1', hasStatus('ABORTED'));
    await cloud.until(
      'j1',
      () => requestOf('StopQueryExecution') !== undefined && requestOf('StopTask') !== undefined,
    );
    expect(requestOf('StopQueryExecution')?.body).toEqual({ QueryExecutionId: 'q' });
    expect(requestOf('StopTask')?.body).toMatchObject({ cluster: 'c', task: 't' });
  });

  function requestOf(target: string): RecordedRequest | undefined {
    return recorder.requests.find((request) => request.target === target);
  }
});

function answer({ target, text, body }: RecordedRequest) {
  if (text.includes('Action=Publish')) {
    const error = '<Error><Type>Sender</Type><Code>NotFound</Code><Message>No topic.</Message></Error>';
    return {
      status: 404,
      headers: { 'content-type': 'text/xml' },
      body: `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>`,
    };
  }
  switch (target) {
    case 'StartQueryExecution':
      return { body: { QueryExecutionId: 'q' } };
    case 'GetQueryExecution':
      return { body: { QueryExecution: { QueryExecutionId: 'q', Status: { State: 'RUNNING' } } } };
    case 'RunTask':
      return { body: { tasks: [{ taskArn: 't', clusterArn: 'c' }], failures: [] } };
    case 'DescribeTasks':
      return { body: { tasks: [{ taskArn: 't', clusterArn: 'c', lastStatus: 'RUNNING' }] } };
    default:
  }
  if (target === 'PutEvents') return { body: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] } };
  return { body: { MessageId: 'm', MD5OfMessageBody: md5(String(Object(body).MessageBody)) } };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

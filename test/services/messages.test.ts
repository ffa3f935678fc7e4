import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { conversation, jsonError, metadata } from './conversation.ts';

const topic = 'arn:aws:sns:us-east-1:123456789012:news';
const queue = 'https://sqs.us-east-1.amazonaws.com/123456789012/orders';

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

describe('sns:publish', () => {
  const published = (fields: object) => ({
    request: 'POST /',
    body: { Action: 'Publish', Version: '2010-03-31', TopicArn: topic, ...fields },
    answer: {
      headers: { 'content-type': 'text/xml' },
      body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></PublishResponse>',
    },
  });

  it('sends a message that is a value as its JSON, and attributes', async () => {
    const state = {
      Resource: 'arn:aws:states:::sns:publish',
      Parameters: {
        TopicArn: topic,
        Subject: 'Done',
        'Message.$': '$.order',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'order' } },
      },
    };
    const sent = published({
      Subject: 'Done',
      Message: '{"id":7,"lines":[1,2]}',
      'MessageAttributes.entry.1.Name': 'kind',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'order',
    });
    const ended = await conversation(state, [sent], { input: { order: { id: 7, lines: [1, 2] } } });
    expect(ended.output).toEqual({
      MessageId: 'm-1',
      SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 200 }),
      SdkResponseMetadata: { RequestId: 'request-1' },
    });
  });

  it('waits for the token that the message has', async () => {
    const state = {
      Resource: 'arn:aws:states:::sns:publish.waitForTaskToken',
      Parameters: { TopicArn: topic, Message: { 'token.$': '$$.Task.Token' } },
    };
    const sent = published({ Message: '{"token":"e#0#1"}' });
    expect((await conversation(state, [sent], { completed: 5 })).output).toBe(5);
  });

  it.each([
    ['NotFound', 404, 'SNS.NotFoundException'],
    ['InvalidParameter', 400, 'SNS.InvalidParameterException'],
    ['AuthorizationError', 403, 'SNS.AuthorizationErrorException'],
    ['Throttling', 400, 'SNS.AmazonSNSException'],
  ])('names the error %s with status %i %s', async (code, status, name) => {
    const state = {
      Resource: 'arn:aws:states:::sns:publish',
      Parameters: { TopicArn: topic, Message: 'x' },
    };
    const refused = {
      ...published({ Message: 'x' }),
      answer: {
        status,
        headers: { 'content-type': 'text/xml' },
        body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>Topic does not exist</Message></Error><RequestId>request-1</RequestId></ErrorResponse>`,
      },
    };
    expect((await conversation(state, [refused])).error).toEqual({
      name,
      message: `Topic does not exist (Service: AmazonSNS; Status Code: ${status}; Error Code: ${code}; Request ID: request-1; Proxy: null)`,
    });
  });
});

describe('sqs:sendMessage', () => {
  const sent = (body: object, text: string) => ({
    request: 'POST / AmazonSQS.SendMessage',
    body: { QueueUrl: queue, ...body },
    answer: { body: { MessageId: 'm-1', MD5OfMessageBody: md5(text) } },
  });

  it('sends a body that is a value as its JSON', async () => {
    const state = {
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Parameters: {
        QueueUrl: queue,
        MessageBody: { id: 7 },
        DelaySeconds: '5',
        MessageAttributes: { kind: { DataType: 'Binary', BinaryValue: 'bytes' } },
      },
    };
    const exchange = {
      ...sent(
        {
          MessageBody: '{"id":7}',
          DelaySeconds: 5,
          MessageAttributes: { kind: { DataType: 'Binary', BinaryValue: 'Ynl0ZXM=' } },
        },
        '{"id":7}',
      ),
      answer: {
        body: {
          MessageId: 'm-1',
          MD5OfMessageBody: md5('{"id":7}'),
          MD5OfMessageAttributes: 'a1',
          SequenceNumber: '3',
        },
      },
    };
    const ended = await conversation(state, [exchange]);
    expect(ended.output).toEqual({
      MD5OfMessageBody: md5('{"id":7}'),
      MD5OfMessageAttributes: 'a1',
      MessageId: 'm-1',
      SequenceNumber: '3',
      ...metadata,
    });
  });

  it('waits for the token that the body has', async () => {
    const state = {
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { QueueUrl: queue, MessageBody: { 'token.$': '$$.Task.Token' } },
    };
    const text = '{"token":"e#0#1"}';
    const ended = await conversation(state, [sent({ MessageBody: text }, text)], { completed: [1] });
    expect(ended.output).toEqual([1]);
  });

  it('names its errors', async () => {
    const state = {
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Parameters: { QueueUrl: queue, MessageBody: 'x' },
    };
    const refused = (type: string, headers: Readonly<Record<string, string>>) => ({
      ...sent({ MessageBody: 'x' }, 'x'),
      answer: { ...jsonError(type, 'The specified queue does not exist.'), headers },
    });
    const { error } = await conversation(state, [
      refused('com.amazonaws.sqs#QueueDoesNotExist', {
        'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender',
      }),
    ]);
    expect(error).toEqual({
      name: 'SQS.QueueDoesNotExistException',
      message:
        'The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; Error Code: AWS.SimpleQueueService.NonExistentQueue; Request ID: request-1; Proxy: null)',
    });
    const other = await conversation(state, [refused('com.amazon.coral.service#AccessDeniedException', {})]);
    expect(other.error?.name).toBe('SQS.AmazonSQSException');
  });
});

describe('events:putEvents', () => {
  const entry = { Source: 'shop', DetailType: 'ordered', EventBusName: 'main', Time: 1_700_000_000 };
  const from = [
    'arn:aws:states:us-east-1:000000000000:stateMachine:m',
    'arn:aws:states:us-east-1:000000000000:execution:m:e',
  ];
  const sent = (Detail: string, Resources: readonly string[], answer: object) => ({
    request: 'POST / AWSEvents.PutEvents',
    body: { Entries: [{ ...entry, Detail, Resources }] },
    answer: { body: answer },
  });
  const accepted = { FailedEntryCount: 0, Entries: [{ EventId: 'v-1' }] };

  it('sends a detail that is a value as its JSON, and says where the event comes from', async () => {
    const state = {
      Resource: 'arn:aws:states:::events:putEvents',
      Parameters: { Entries: [{ ...entry, 'Detail.$': '$', Resources: ['arn:own'] }] },
    };
    const expected = sent('{"id":7}', ['arn:own', ...from], accepted);
    expect((await conversation(state, [expected], { input: { id: 7 } })).output).toEqual(accepted);
  });

  it('waits for the token that the event has', async () => {
    const state = {
      Resource: 'arn:aws:states:::events:putEvents.waitForTaskToken',
      Parameters: { Entries: [{ ...entry, Detail: { 'token.$': '$$.Task.Token' } }] },
    };
    const expected = sent('{"token":"e#0#1"}', from, accepted);
    expect((await conversation(state, [expected], { completed: true })).output).toBe(true);
  });

  it('fails where an entry was refused, and names its errors', async () => {
    const state = {
      Resource: 'arn:aws:states:::events:putEvents',
      Parameters: { Entries: [{ ...entry, Detail: 'x' }] },
    };
    const answer = {
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }],
    };
    const { error } = await conversation(state, [sent('x', from, answer)]);
    expect(error?.name).toBe('EventBridge.FailedEntry');
    expect(JSON.parse(error?.message ?? '')).toEqual(answer);
    const refused = {
      ...sent('x', from, {}),
      answer: jsonError('InternalException', 'Not now.'),
    };
    expect((await conversation(state, [refused])).error?.name).toBe('EventBridge.InternalException');
  });
});

describe('dynamodb', () => {
  const target = 'DynamoDB_20120810';
  const item = { id: { S: '7' }, total: { N: '12.5' }, paid: { BOOL: true }, raw: { B: 'AAEC' } };

  it.each([
    [
      'putItem',
      { TableName: 'orders', Item: { ...item, note: { NULL: true } }, ReturnConsumedCapacity: 'TOTAL' },
      { TableName: 'orders', Item: { ...item, note: { NULL: true } }, ReturnConsumedCapacity: 'TOTAL' },
      { ConsumedCapacity: { TableName: 'orders', CapacityUnits: 1 } },
    ],
    [
      'getItem',
      { TableName: 'orders', Key: { id: { S: '7' } }, ConsistentRead: true },
      { TableName: 'orders', Key: { id: { S: '7' } }, ConsistentRead: true },
      { Item: { ...item, tags: { SS: ['a', 'b'] }, lines: { L: [{ M: { sku: { S: 'x' } } }] } } },
    ],
    [
      'updateItem',
      {
        TableName: 'orders',
        Key: { id: { S: '7' } },
        UpdateExpression: 'SET paid = :p ADD #n :one',
        ExpressionAttributeNames: { '#n': 'total' },
        ExpressionAttributeValues: { ':p': { Bool: true }, ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      },
      {
        TableName: 'orders',
        Key: { id: { S: '7' } },
        UpdateExpression: 'SET paid = :p ADD #n :one',
        ExpressionAttributeNames: { '#n': 'total' },
        ExpressionAttributeValues: { ':p': { BOOL: true }, ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      },
      { Attributes: item },
    ],
    [
      'deleteItem',
      { TableName: 'orders', Key: { id: { S: '7' } } },
      { TableName: 'orders', Key: { id: { S: '7' } } },
      {},
    ],
  ])('%s sends and gives items in the form of DynamoDB', async (action, Parameters, body, answer) => {
    const name = `${action[0]?.toUpperCase()}${action.slice(1)}`;
    const state = { Resource: `arn:aws:states:::dynamodb:${action}`, Parameters };
    const ended = await conversation(state, [
      { request: `POST / ${target}.${name}`, body, answer: { body: answer } },
    ]);
    expect(ended.output).toEqual({ ...answer, ...metadata });
  });

  it.each([
    ['ConditionalCheckFailedException', 'DynamoDB.ConditionalCheckFailedException'],
    ['ValidationException', 'DynamoDB.AmazonDynamoDBException'],
  ])('names the error %s %s', async (type, name) => {
    const Parameters = { TableName: 'orders', Key: { id: { S: '7' } } };
    const { error } = await conversation({ Resource: 'arn:aws:states:::dynamodb:deleteItem', Parameters }, [
      {
        request: `POST / ${target}.DeleteItem`,
        body: Parameters,
        answer: jsonError(`com.amazonaws.dynamodb.v20120810#${type}`, 'Refused.'),
      },
    ]);
    expect(error).toEqual({
      name,
      message: `Refused. (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ${type}; Request ID: request-1; Proxy: null)`,
    });
  });
});

describe('apigateway:invoke.waitForTaskToken', () => {
  it('waits for the token that the request has', async () => {
    const state = {
      Resource: 'arn:aws:states:::apigateway:invoke.waitForTaskToken',
      Parameters: {
        'ApiEndpoint.$': '$.endpoint',
        Method: 'POST',
        Path: '/reviews',
        Headers: { 'TaskToken.$': 'States.Array($$.Task.Token)' },
        RequestBody: { order: 7 },
      },
    };
    const ended = await conversation(
      state,
      [
        {
          request: 'POST /reviews',
          body: { order: 7 },
          headers: { tasktoken: 'e#0#1' },
          answer: { body: {} },
        },
      ],
      { input: (endpoint) => ({ endpoint }), completed: 'fine' },
    );
    expect(ended.output).toBe('fine');
  });
});

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoDBClient, forManySmallRequests } from '../../orchestrator/aws/client.ts';
import { createLambdaClient } from '../../orchestrator/dispatch/dispatch.ts';

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The answer; `cut` closes the connection without an answer, `hang` leaves it open. */
type Answer = { readonly status: number; readonly body: object } | 'cut' | 'hang';

const written: Answer = { status: 200, body: {} };

describe('a client that has resolved a request before', () => {
  let server: Server;
  let endpoint: string;
  let received: Received[];
  let answers: Answer[];

  beforeEach(async () => {
    received = [];
    answers = [];
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        received.push({ url: request.url, headers: request.headers, body });
        const answer = answers.shift() ?? written;
        if (answer === 'hang') return;
        if (answer === 'cut') {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as AddressInfo;
    endpoint = `http://127.0.0.1:${address.port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const credentials = { accessKeyId: 'first', secretAccessKey: 'secret' };
  const table = (config = {}) =>
    createDynamoDBClient({ endpoint, region: 'eu-central-1', credentials, ...config });

  const put = () =>
    new PutItemCommand({
      TableName: 'millrace',
      Item: { executionId: { S: 'ä-1' }, data: { B: Buffer.from([1, 2, 255]) } },
    });

  async function resolved(client: DynamoDBClient): Promise<DynamoDBClient> {
    await client.send(put());
    received.length = 0;
    return client;
  }

  test('sends the same request as at first', async () => {
    const client = table();
    await client.send(put());
    await client.send(put());
    const [first, second] = received;
    expect(second?.body).toBe(first?.body);
    expect(second?.url).toBe(first?.url);
    expect(Object.keys(second?.headers ?? {}).sort()).toEqual(
      Object.keys(first?.headers ?? {})
        .filter((name) => !name.startsWith('amz-sdk-'))
        .sort(),
    );
    for (const name of ['host', 'x-amz-target', 'content-type', 'content-length', 'x-amz-content-sha256']) {
      expect(second?.headers[name]).toBe(first?.headers[name]);
    }
    expect(second?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=first\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=[\w;-]*host[\w;-]*, Signature=[0-9a-f]{64}$/,
    );
  });

  test.each([0, 1])('sends a request again that gets no answer, after %i others', async (others) => {
    const { requestHandler } = forManySmallRequests();
    const client = table({ requestHandler: { ...requestHandler, requestTimeout: 50 } });
    for (let sent = 0; sent < others; sent++) await client.send(put());
    received.length = 0;
    answers.push('hang');
    await client.send(put());
    expect(received).toHaveLength(2);
  });

  test('sends an invocation as at first', async () => {
    answers.push({ status: 202, body: {} }, { status: 202, body: {} });
    const client = createLambdaClient({ endpoint, region: 'eu-central-1', credentials });
    const invoke = () =>
      client.send(
        new InvokeCommand({ FunctionName: 'work', InvocationType: 'Event', Payload: Buffer.from('{"a":1}') }),
      );
    await invoke();
    const answer = await invoke();
    const [first, second] = received;
    expect(answer.StatusCode).toBe(202);
    expect(second?.body).toBe('{"a":1}');
    expect(second?.url).toBe(first?.url);
    expect(second?.headers['x-amz-invocation-type']).toBe('Event');
    expect(second?.headers.authorization).toContain('/eu-central-1/lambda/aws4_request');
  });

  test('signs with the credentials of the time', async () => {
    const both = [credentials, { accessKeyId: 'second', secretAccessKey: 'other' }];
    // Expired at once, so that the SDK asks for each request.
    const client = table({
      credentials: async () => ({ ...(both.shift() ?? credentials), expiration: new Date(0) }),
    });
    await client.send(put());
    both.splice(0, both.length, { accessKeyId: 'third', secretAccessKey: 'other' });
    received.length = 0;
    await client.send(put());
    expect(received[0]?.headers.authorization).toContain('Credential=third/');
  });

  test('throws a condition that failed at once, with the item', async () => {
    const client = await resolved(table());
    answers.push({
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        message: 'The conditional request failed',
        Item: { executionId: { S: 'there' } },
      },
    });
    const error = await client.send(put()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: { executionId: { S: 'there' } } });
    expect(received).toHaveLength(1);
  });

  test('tries again after an error of the service, and counts its attempts', async () => {
    const client = await resolved(table());
    answers.push({ status: 500, body: { __type: 'InternalServerError', message: 'again' } });
    const output = await client.send(put());
    expect(output.$metadata.attempts).toBe(2);
    expect(received).toHaveLength(2);
  });

  test('knows that a condition may have failed because of its own first attempt', async () => {
    const client = await resolved(table());
    answers.push('cut', {
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' },
    });
    const error = await client.send(put()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ $metadata: { attempts: 2 } });
  });

  test('tries once where one attempt was asked for', async () => {
    const client = await resolved(table({ maxAttempts: 1 }));
    answers.push({ status: 500, body: { __type: 'InternalServerError', message: 'no' } });
    await expect(client.send(put())).rejects.toThrow('no');
    expect(received).toHaveLength(1);
  });

  test('passes on what Lambda finds endless loops by', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { AWS_LAMBDA_FUNCTION_NAME: 'orchestrator', _X_AMZN_TRACE_ID: 'Root=1-a' });
    try {
      const client = await resolved(table());
      await client.send(put());
      expect(received[0]?.headers['x-amzn-trace-id']).toBe('Root=1-a');
    } finally {
      process.env = before;
    }
  });
});

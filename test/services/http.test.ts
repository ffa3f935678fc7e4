import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../asl/json.ts';
import { callService } from '../../services/callService.ts';
import { connectionsVariable } from '../../services/optimized/connections.ts';
import { signed } from '../../services/optimized/signature.ts';
import { type RecordedRequest, type Recorder, type StandInAnswer, startRecorder } from './recorder.ts';

const variables = [connectionsVariable, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

describe('integrations that call an address', () => {
  const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  let recorder: Recorder;
  let answer: (request: RecordedRequest) => StandInAnswer;
  beforeEach(async () => {
    answer = () => ({ body: { ok: true } });
    recorder = await startRecorder((request) =>
      request.target === 'GetSecretValue'
        ? { body: { SecretString: '{"headers":{"authorization":"Bearer secret"},"query":{"key":"k"}}' } }
        : answer(request),
    );
    process.env[connectionsVariable] = JSON.stringify({ orders: 'the-secret' });
  });
  afterEach(async () => {
    await recorder[Symbol.asyncDispose]();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const called = (service: string, parameters: Json) =>
    callService(
      { service, action: 'invoke', step: 'call', parameters },
      { clients: recorder.clients, signal: new AbortController().signal, clientToken: 't' },
    );
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? [error.name, error.message] : error),
    );
  const connection = {
    Authentication: { ConnectionArn: 'arn:aws:events:us-east-1:1:connection/orders/0f8fad5b' },
  };

  describe('http:invoke', () => {
    it('adds what the connection adds, and gives the answer as Step Functions does', async () => {
      const result = await called('http', {
        ...connection,
        ApiEndpoint: `${recorder.endpoint}/orders`,
        Method: 'POST',
        Headers: { 'X-Own': 'a' },
        QueryParameters: { id: [1, 2] },
        RequestBody: { n: 1 },
      });
      expect(result).toMatchObject({
        ResponseBody: { ok: true },
        StatusCode: 200,
        StatusText: 'OK',
        Headers: { 'content-type': ['application/x-amz-json-1.0'] },
      });
      expect(recorder.requests.at(-1)).toMatchObject({
        method: 'POST',
        path: '/orders?id=1&id=2&key=k',
        headers: { authorization: 'Bearer secret', 'x-own': 'a', 'content-type': 'application/json' },
        text: '{"n":1}',
      });
    });

    it.each([
      ['INDICES', 'a%5B0%5D=1&a%5B1%5D=2&b%5Bc%5D=x'],
      ['REPEAT', 'a=1&a=2&b%5Bc%5D=x'],
      ['COMMAS', 'a=1%2C2&b%5Bc%5D=x'],
      ['BRACKETS', 'a%5B%5D=1&a%5B%5D=2&b%5Bc%5D=x'],
    ])('encodes a form with lists as %s', async (ArrayFormat, text) => {
      await called('http', {
        ...connection,
        ApiEndpoint: recorder.endpoint,
        Method: 'POST',
        RequestBody: { a: [1, 2], b: { c: 'x' } },
        Transform: { RequestBodyEncoding: 'URL_ENCODED', RequestEncodingOptions: { ArrayFormat } },
      });
      expect(recorder.requests.at(-1)?.text).toBe(text);
    });

    it('fails by the status of the answer', async () => {
      answer = () => ({ status: 404, body: 'not here' });
      const parameters = { ...connection, ApiEndpoint: recorder.endpoint, Method: 'GET' };
      expect(await failureOf(called('http', parameters))).toEqual(['States.Http.StatusCode.404', 'not here']);
    });

    it('fails without an answer, without the secret of its connection, and with a header that it may not set', async () => {
      const parameters = { ...connection, ApiEndpoint: 'http://127.0.0.1:1', Method: 'GET' };
      expect(await failureOf(called('http', parameters))).toEqual(['States.Http.Socket', expect.any(String)]);
      expect(await failureOf(called('http', { ...parameters, Headers: { Host: 'other' } }))).toEqual([
        'States.Runtime',
        "The header 'Host' cannot be set by http:invoke.",
      ]);
      process.env[connectionsVariable] = '{}';
      expect(await failureOf(called('http', parameters))).toEqual([
        'Events.ConnectionResource.AccessDenied',
        expect.stringContaining("The secret of the connection 'orders' cannot be read."),
      ]);
    });
  });

  describe('apigateway:invoke', () => {
    it('calls a stage and a path, and leaves nulls of the body out', async () => {
      const result = await called('apigateway', {
        ApiEndpoint: recorder.endpoint,
        Method: 'PUT',
        Stage: 'prod',
        Path: '/orders/1',
        QueryParameters: { a: ['1', '2'] },
        Headers: { 'X-Own': ['a', 'b'] },
        RequestBody: { n: 1, gone: null },
      });
      expect(result).toMatchObject({ ResponseBody: { ok: true }, StatusCode: 200 });
      expect(recorder.requests.at(-1)).toMatchObject({
        method: 'PUT',
        path: '/prod/orders/1?a=1&a=2',
        headers: { 'x-own': 'a, b' },
        text: '{"n":1}',
      });
    });

    it('sends a space of a query as %20, as its signature has it, and a plus as it is', async () => {
      const QueryParameters = { q: ['a b+c'] };
      await called('apigateway', { ApiEndpoint: recorder.endpoint, Method: 'GET', QueryParameters });
      expect(recorder.requests.at(-1)?.path).toBe('/?q=a%20b%2Bc');
    });

    it('says whose answer is larger than a result may be', async () => {
      answer = () => ({ body: 'x'.repeat(300_000) });
      const failure = await failureOf(
        called('apigateway', { ApiEndpoint: recorder.endpoint, Method: 'GET' }),
      );
      expect(failure).toEqual(['States.DataLimitExceeded', expect.stringContaining("'apigateway' returned")]);
    });

    it('fails by the status of the answer, with its body as cause', async () => {
      answer = () => ({ status: 429, body: { message: 'slow' } });
      const failure = await failureOf(
        called('apigateway', { ApiEndpoint: recorder.endpoint, Method: 'GET' }),
      );
      expect(failure).toEqual(['ApiGateway.429', '{"message":"slow"}']);
    });

    it('signs with the rights of the function where AuthType is IAM_ROLE', async () => {
      process.env.AWS_ACCESS_KEY_ID = 'id';
      process.env.AWS_SECRET_ACCESS_KEY = 'secret';
      process.env.AWS_REGION ??= 'us-east-1';
      await called('apigateway', { ApiEndpoint: recorder.endpoint, Method: 'GET', AuthType: 'IAM_ROLE' });
      expect(recorder.requests.at(-1)?.headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/[a-z0-9-]+\/execute-api\/aws4_request, SignedHeaders=host;x-amz-date/,
      );
    });
  });

  // The example `get-vanilla-query-order-key-case` of AWS's own tests of signatures.
  it('sign as AWS does', () => {
    process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
    process.env.AWS_SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    delete process.env.AWS_SESSION_TOKEN;
    const region = process.env.AWS_REGION;
    process.env.AWS_REGION = 'us-east-1';
    const request = {
      url: new URL('https://example.amazonaws.com/?Param2=value2&Param1=value1'),
      method: 'GET',
      headers: new Headers(),
    };
    const { headers } = signed(request, 'service', new Date('2015-08-30T12:36:00Z'));
    if (region === undefined) delete process.env.AWS_REGION;
    else process.env.AWS_REGION = region;
    expect(headers.get('authorization')).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        'SignedHeaders=host;x-amz-date, ' +
        'Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    );
  });
});

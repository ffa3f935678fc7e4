import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { Json } from '../../asl/json.ts';
import { callService } from '../../services/callService.ts';
import { installedClients, type ServiceClients } from '../../services/index.ts';
import { startFakeS3 } from '../support/fakeS3.ts';
import { clientsOf, type RecordedRequest, type StandInAnswer, startRecorder } from './recorder.ts';

const clientToken = '01234567-89ab-cdef-0123-456789abcdef';

async function called(clients: ServiceClients, action: string, parameters: Json): Promise<Json | undefined> {
  const [service = '', name = ''] = action.split(':');
  return callService(
    { service, action: name, isSdk: true, step: 'call', parameters },
    { clients, signal: new AbortController().signal, clientToken },
  );
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** As SQS answers: the SDK compares the hash of the body. */
function sent({ target, body }: RecordedRequest): StandInAnswer {
  const text = typeof body === 'object' && body !== null ? String(Reflect.get(body, 'MessageBody')) : '';
  return { body: target === 'SendMessage' ? { MessageId: 'm', MD5OfMessageBody: md5(text) } : {} };
}

async function failureOf(work: Promise<unknown>): Promise<readonly string[]> {
  return work.then(
    (value) => [`it succeeded: ${JSON.stringify(value)}`],
    (error: unknown) => (error instanceof Error ? [error.name, error.message] : [String(error)]),
  );
}

describe('aws-sdk: resources', () => {
  it('take names as Step Functions has them, as the service has them, and in any case', async () => {
    await using recorder = await startRecorder(() => ({
      body: { executionArn: 'arn', startDate: 1700000000.123 },
    }));
    for (const parameters of [
      { StateMachineArn: 'm', Input: { n: 1 } },
      { stateMachineArn: 'm', input: { n: 1 } },
      { STATEMACHINEARN: 'm', inPut: '{"n":1}' },
    ]) {
      expect(await called(recorder.clients, 'sfn:startExecution', parameters)).toEqual({
        ExecutionArn: 'arn',
        StartDate: '2023-11-14T22:13:20.123Z',
      });
    }
    expect(recorder.requests.map(({ target, body }) => [target, body])).toEqual(
      Array(3).fill(['StartExecution', { stateMachineArn: 'm', input: '{"n":1}' }]),
    );
  });

  it('send a number or a text where the service takes the other', async () => {
    await using recorder = await startRecorder(sent);
    await called(recorder.clients, 'sqs:receiveMessage', {
      QueueUrl: recorder.endpoint,
      MaxNumberOfMessages: '3',
    });
    await called(recorder.clients, 'sqs:sendMessage', { QueueUrl: recorder.endpoint, MessageBody: 17 });
    expect(recorder.requests.map(({ body }) => body)).toEqual([
      { QueueUrl: recorder.endpoint, MaxNumberOfMessages: 3 },
      { QueueUrl: recorder.endpoint, MessageBody: '17' },
    ]);
  });

  it('leave names of maps and documents as they are', async () => {
    await using recorder = await startRecorder(sent);
    const MessageAttributes = { someName: { DataType: 'String', StringValue: { a: 1 } } };
    const result = await called(recorder.clients, 'sqs:sendMessage', {
      QueueUrl: recorder.endpoint,
      MessageBody: { a: 1 },
      MessageAttributes,
    });
    expect(result).toEqual({ MessageId: 'm', Md5OfMessageBody: md5('{"a":1}') });
    expect(recorder.requests[0]?.body).toEqual({
      QueueUrl: recorder.endpoint,
      MessageBody: '{"a":1}',
      MessageAttributes: { someName: { DataType: 'String', StringValue: '{"a":1}' } },
    });
  });

  it('give a member that makes repetition harmless the token of the attempt, unless the state gives one', async () => {
    await using recorder = await startRecorder(() => ({ body: { QueryExecutionId: 'q' } }));
    await called(recorder.clients, 'athena:startQueryExecution', { QueryString: 'select 1' });
    await called(recorder.clients, 'athena:startQueryExecution', {
      QueryString: 'select 1',
      ClientRequestToken: 'its own',
    });
    expect(recorder.requests.map(({ body }) => body)).toEqual([
      { QueryString: 'select 1', ClientRequestToken: clientToken },
      { QueryString: 'select 1', ClientRequestToken: 'its own' },
    ]);
  });

  it.each([
    ['ResourceNotFoundException', 'SecretsManager.ResourceNotFoundException'],
    ['ValidationException', 'SecretsManager.SecretsManagerException'],
  ])('name the error %s %s, and say in its cause who answered', async (type, name) => {
    await using recorder = await startRecorder(() => ({
      status: 400,
      body: { __type: type, message: 'Not there.' },
    }));
    expect(
      await failureOf(called(recorder.clients, 'secretsmanager:describeSecret', { SecretId: 's' })),
    ).toEqual([
      name,
      'Not there. (Service: SecretsManager, Status Code: 400, Request ID: request-1) (SDK Attempt Count: 1)',
    ]);
  });

  it('call once, whatever the service answers: retries are the state’s', async () => {
    await using recorder = await startRecorder(() => ({
      status: 503,
      body: { __type: 'ServiceUnavailable' },
    }));
    await failureOf(called(recorder.clients, 'secretsmanager:listSecrets', {}));
    expect(recorder.requests).toHaveLength(1);
  });

  it('name the failure of a call that no service answered', async () => {
    const [name] = await failureOf(called(clientsOf('http://127.0.0.1:1'), 'secretsmanager:listSecrets', {}));
    expect(name).toBe('SecretsManager.SdkClientException');
  });

  it('refuse a field and an action that the service does not have', async () => {
    const clients = clientsOf('http://127.0.0.1:1');
    expect(await failureOf(called(clients, 'sqs:sendMessage', { Queue: 'q' }))).toEqual([
      'States.Runtime',
      expect.stringContaining(
        "The action sqs:sendMessage has no field 'Queue'. Its fields here are QueueUrl, MessageBody",
      ),
    ]);
    expect(await failureOf(called(clients, 'sqs:sendMesage', {}))).toEqual([
      'States.Runtime',
      expect.stringContaining('The AWS SDK here has no action sqs:sendMesage.'),
    ]);
  });

  it.each([
    ['sfn:startSyncExecution', { StateMachineArn: 'm' }, 'AWS_ENDPOINT_URL_SFN', '/'],
    [
      'sqs:getQueueAttributes',
      { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/q' },
      'AWS_ENDPOINT_URL_SQS',
      '/',
    ],
    ['s3:getObjectTagging', { Bucket: 'data', Key: 'a' }, 'AWS_ENDPOINT_URL_S3', '/data/a?tagging='],
    ['secretsmanager:listSecrets', {}, 'AWS_ENDPOINT_URL_SECRETS_MANAGER', '/'],
    ['secretsmanager:listSecrets', {}, 'AWS_ENDPOINT_URL', '/'],
  ])('call %s at the address that the environment names', async (action, parameters, variable, path) => {
    await using recorder = await startRecorder(() => ({ body: action.startsWith('s3') ? '<Tagging/>' : {} }));
    vi.stubEnv(variable, recorder.endpoint);
    try {
      const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
      await called(installedClients({ region: 'us-east-1', credentials }), action, parameters);
    } finally {
      vi.unstubAllEnvs();
    }
    expect(recorder.requests.map((request) => request.path)).toEqual([path]);
  });

  it('call as the role of the state’s Credentials', async () => {
    await using recorder = await startRecorder(({ text }) =>
      text.includes('AssumeRole')
        ? {
            headers: { 'content-type': 'text/xml' },
            body: '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>other</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
          }
        : {},
    );
    const roleArn = 'arn:aws:iam::1:role/other';
    const call = { service: 'secretsmanager', action: 'listSecrets', isSdk: true, step: 'call' } as const;
    const surroundings = { clients: recorder.clients, signal: new AbortController().signal, clientToken };
    for (let calls = 0; calls < 2; calls++) {
      await callService({ ...call, parameters: {}, roleArn }, surroundings);
    }
    const [assumed, ...others] = recorder.requests;
    expect(assumed?.body).toMatchObject({ Action: 'AssumeRole', RoleArn: roleArn });
    expect(others.map(({ target, headers }) => [target, headers['x-amz-security-token']])).toEqual(
      Array(2).fill(['ListSecrets', 'session']),
    );
    expect(others[0]?.headers.authorization).toContain('Credential=other/');
  });

  it('say that the role of the state’s Credentials cannot be assumed', async () => {
    await using recorder = await startRecorder(() => ({
      status: 403,
      headers: { 'content-type': 'text/xml' },
      body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not you.</Message></Error></ErrorResponse>',
    }));
    const call = { service: 'secretsmanager', action: 'listSecrets', isSdk: true, step: 'call' } as const;
    const roleArn = 'arn:aws:iam::1:role/other';
    const surroundings = { clients: recorder.clients, signal: new AbortController().signal, clientToken };
    expect(await failureOf(callService({ ...call, parameters: {}, roleArn }, surroundings))).toEqual([
      'States.TaskFailed',
      "The service worker is not authorized to assume the task state's role, arn:aws:iam::1:role/other. Not you.",
    ]);
  });

  it('say which package to install where a client is missing', async () => {
    expect(await failureOf(called(clientsOf('http://127.0.0.1:1'), 'rdsdata:executeStatement', {}))).toEqual([
      'Millrace.ClientNotInstalled',
      expect.stringContaining('npm install --save-dev @aws-sdk/client-rds-data'),
    ]);
  });

  it('give the content of a file of S3 as a text, and refuse one that is larger than a result may be', async () => {
    const s3 = await startFakeS3('bucket');
    try {
      s3.objects.set('bucket/small', Buffer.from('text data'));
      s3.objects.set('bucket/large', Buffer.alloc(300_000, 'x'));
      const clients = clientsOf(String(s3.client.endpoint));
      const file = (Key: string) => called(clients, 's3:getObject', { Bucket: 'bucket', Key });
      expect(await file('small')).toMatchObject({ Body: 'text data', ContentLength: 9 });
      expect(await failureOf(file('large'))).toEqual([
        'States.DataLimitExceeded',
        "The state/task 's3' returned a result with a size exceeding the maximum number of bytes service limit.",
      ]);
      expect((await failureOf(file('missing')))[0]).toBe('S3.NoSuchKeyException');
      await called(clients, 's3:putObject', { Bucket: 'bucket', Key: 'written', Body: { a: 1 } });
      expect(Buffer.from(s3.objects.get('bucket/written') ?? []).toString()).toBe('{"a":1}');
    } finally {
      await s3.stop();
    }
  });
});

import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { ResourceNotFoundException, startLambda } from '../../../local/lambda/index.ts';
import { eventually, functionOf, notebook, noting, start } from './lambdaFixture.ts';

const echo = 'export const handler = async (event) => ({ echo: event });';

describe('Invoke through the AWS SDK', () => {
  test('answers 200 with what the function returned and the version that ran', async () => {
    const { invoke } = await start({ functions: [await functionOf(echo)] });
    const { answer, payload } = await invoke({ greeting: 'Grüße' });
    expect(answer.StatusCode).toBe(200);
    expect(answer.ExecutedVersion).toBe('$LATEST');
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(payload).toEqual({ echo: { greeting: 'Grüße' } });
  });

  test('answers 202 at once to an event and runs it', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({ functions: [await functionOf(noting(notes))] });
    const answer = await invokeEvent({ number: 1 });
    expect(answer.StatusCode).toBe(202);
    await lambda.idle();
    expect(await notes.lines()).toEqual(['{"number":1}']);
  });

  test('answers 204 to a dry run and runs nothing', async () => {
    const { client, lambda } = await start({ functions: [await functionOf(echo)] });
    const command = new InvokeCommand({ FunctionName: 'example', InvocationType: 'DryRun' });
    expect((await client.send(command)).StatusCode).toBe(204);
    expect(lambda.metrics().functions.example?.invocations ?? 0).toBe(0);
  });

  test.each([
    'example:$LATEST',
    '000000000000:function:example',
    'function:example',
    'arn:aws:lambda:us-east-1:000000000000:function:example',
    'arn:aws:lambda:us-east-1:000000000000:function:example:$LATEST',
  ])('finds the function by %s', async (FunctionName) => {
    const { invoke } = await start({ functions: [await functionOf(echo)] });
    expect((await invoke(1, FunctionName)).payload).toEqual({ echo: 1 });
  });

  test('finds the function by a qualifier of its own', async () => {
    const { client } = await start({ functions: [await functionOf(echo)] });
    const send = (Qualifier: string) =>
      client.send(new InvokeCommand({ FunctionName: 'example', Qualifier, Payload: '1' }));
    expect((await send('$LATEST')).StatusCode).toBe(200);
    await expect(send('7')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('answers ResourceNotFoundException for a function that is not deployed', async () => {
    const { invoke, invokeEvent } = await start({ functions: [] });
    const expected = {
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:missing',
      Type: 'User',
      $metadata: { httpStatusCode: 404 },
    };
    await expect(invoke({}, 'missing')).rejects.toMatchObject(expected);
    await expect(invokeEvent({}, 'missing')).rejects.toMatchObject(expected);
  });

  test('answers InvalidRequestContentException for a payload that is not JSON', async () => {
    const { client } = await start({ functions: [await functionOf(echo)] });
    const command = new InvokeCommand({ FunctionName: 'example', Payload: '{"half":' });
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('takes no payload for an empty object', async () => {
    const { invoke } = await start({ functions: [await functionOf(echo)] });
    expect((await invoke()).payload).toEqual({ echo: {} });
  });

  test('answers RequestTooLargeException over 6 MB, for events over 1 MB, and serves what is at the limit', async () => {
    const size = 'export const handler = async (event) => event.length;';
    const { invoke, invokeEvent } = await start({ functions: [await functionOf(size)] });
    const textOfBytes = (bytes: number) => 'x'.repeat(bytes - 2);
    const megabyte = 1024 * 1024;
    expect((await invoke(textOfBytes(6 * megabyte))).payload).toBe(6 * megabyte - 2);
    expect((await invokeEvent(textOfBytes(megabyte))).StatusCode).toBe(202);
    const expected = { name: 'RequestTooLargeException', $metadata: { httpStatusCode: 413 } };
    await expect(invoke(textOfBytes(6 * megabyte + 1))).rejects.toMatchObject(expected);
    await expect(invokeEvent(textOfBytes(megabyte + 1))).rejects.toMatchObject(expected);
  });

  test('answers in the shapes of the real API', async () => {
    const { lambda } = await start({ functions: [] });
    const url = `${lambda.endpoint}/2015-03-31/functions/missing/invocations`;
    const missing = await fetch(url, { method: 'POST', body: '{}' });
    expect(missing.status).toBe(404);
    expect(missing.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await missing.json()).toEqual({
      Type: 'User',
      Message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:missing',
    });
    const unknown = await fetch(`${lambda.endpoint}/2015-03-31/functions`);
    expect(unknown.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    const badType = await fetch(url, { method: 'POST', headers: { 'x-amz-invocation-type': 'Later' } });
    expect(badType.status).toBe(400);
    expect(badType.headers.get('x-amzn-errortype')).toBe('InvalidParameterValueException');
  });
});

describe('Invoke in the same process', () => {
  test('does what it does over HTTP', async () => {
    const { lambda } = await start({ functions: [await functionOf(echo)] });
    expect(await lambda.invoke('example', '{"a":1}')).toMatchObject({
      statusCode: 200,
      payload: '{"echo":{"a":1}}',
      executedVersion: '$LATEST',
    });
    expect(await lambda.invoke('example', Buffer.from('1'), { type: 'Event' })).toMatchObject({
      statusCode: 202,
    });
    await expect(lambda.invoke('missing', '{}')).rejects.toThrow(ResourceNotFoundException);
  });
});

describe('a function', () => {
  test('gets the context of Lambda', async () => {
    const code = `export const handler = async (event, context) => ({
      ...context, remaining: context.getRemainingTimeInMillis() });`;
    const { invoke } = await start({ functions: [await functionOf(code, { memorySizeMb: 256 })] });
    const { answer, payload } = await invoke();
    expect(payload).toMatchObject({
      functionName: 'example',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      awsRequestId: answer.$metadata.requestId,
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:example',
      logGroupName: '/aws/lambda/example',
      remaining: expect.toSatisfy((ms: number) => ms > 5000 && ms <= 10_000),
    });
  });

  test('gets the variables of Lambda, of the deployment and of the local cloud, and none of the shell', async () => {
    process.env.SECRET_OF_THE_SHELL = 'secret';
    const { invoke } = await start({
      functions: [
        await functionOf('export const handler = async () => process.env;', {
          environment: { TABLE: 'orders', BOTH: 'function' },
        }),
      ],
      environment: { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: 'http://local', BOTH: 'cloud' },
    });
    const { payload } = await invoke();
    expect(payload).toMatchObject({
      TABLE: 'orders',
      BOTH: 'function',
      AWS_ENDPOINT_URL: 'http://local',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'example',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      _HANDLER: 'index.handler',
    });
    expect(payload).not.toHaveProperty('SECRET_OF_THE_SHELL');
  });

  test('stays warm: the next invocation runs in the same process', async () => {
    const code = 'let count = 0; export const handler = async () => [process.pid, ++count];';
    const { invoke, lambda } = await start({ functions: [await functionOf(code)] });
    const first = await invoke();
    const second = await invoke();
    expect(first.payload).toEqual([expect.any(Number), 1]);
    expect(second.payload).toEqual([expect.toSatisfy((pid) => pid !== process.pid), 2]);
    expect(lambda.metrics().environments).toBe(1);
  });

  test('has what it prints handed over line by line, with its name', async () => {
    const lines: unknown[] = [];
    const code = `export const handler = async () => {
      process.stdout.write('one\\ntw'); process.stdout.write('o\\n'); console.error('three'); };`;
    const { invoke } = await start({
      functions: [await functionOf(code)],
      log: (entry) => lines.push(entry),
    });
    await invoke();
    await eventually(
      () => lines.length,
      (count) => count === 3,
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        { functionName: 'example', source: 'stdout', message: 'one' },
        { functionName: 'example', source: 'stdout', message: 'two' },
        { functionName: 'example', source: 'stderr', message: 'three' },
      ]),
    );
  });

  test('may be CommonJS, lie in a folder, and have a nested handler', async () => {
    const description = await functionOf('', { handler: 'lib/main.api.handler' });
    const { writeCode } = await import('./lambdaFixture.ts');
    await writeCode(`${description.codeDirectory}/lib`, {
      'main.cjs': 'exports.api = { handler: async () => "nested" };',
    });
    const { invoke } = await start({ functions: [description] });
    expect((await invoke()).payload).toBe('nested');
  });

  test('that returns nothing answers null', async () => {
    const { invoke } = await start({
      functions: [await functionOf('export const handler = async () => {};')],
    });
    expect((await invoke()).payload).toBeNull();
  });
});

describe('starting', () => {
  test('on a port that is taken says so', async () => {
    const { lambda } = await start({ functions: [] });
    const port = Number(new URL(lambda.endpoint).port);
    await expect(startLambda({ functions: [], port })).rejects.toMatchObject({
      code: 'AddressInUse',
      message: expect.stringContaining(String(port)),
    });
  });

  test('with two functions of one name says so', async () => {
    const description = await functionOf(echo);
    await expect(startLambda({ functions: [description, description] })).rejects.toMatchObject({
      code: 'DuplicateFunctionName',
    });
  });
});

describe('stopping', () => {
  test('leaves no process behind and answers no more', async () => {
    const code = `export const handler = async (wait) => { if (wait) await new Promise(() => {}); return process.pid; };`;
    const { invoke, lambda } = await start({ functions: [await functionOf(code)] });
    const { payload: pid } = await invoke(false);
    const hanging = expect(lambda.invoke('example', 'true')).rejects.toMatchObject({
      code: 'ServiceException',
    });
    await lambda.stop();
    await hanging;
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    await expect(lambda.invoke('example', '1')).rejects.toMatchObject({ code: 'ServiceException' });
  });
});

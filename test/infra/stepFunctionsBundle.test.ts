import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledFunctions, bundleFunctions } from '../../infra/bundle.ts';
import type { FunctionUrlAnswer, FunctionUrlEvent } from '../../stepfunctions/index.ts';

type Handler = (event: FunctionUrlEvent, context: object) => Promise<FunctionUrlAnswer>;

describe('the bundled function of the Step Functions API', () => {
  let directory: string;
  let bundled: BundledFunctions;
  let handler: Handler;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millrace-sfn-'));
    await mkdir(join(directory, 'machines'));
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
    await writeFile(join(directory, 'machines/orders.asl.json'), JSON.stringify(definition));
    bundled = await bundleFunctions({
      machinesDirectory: join(directory, 'machines'),
      outDirectory: join(directory, 'out'),
      minify: true,
      stepFunctions: true,
    });
    const file = join(bundled.stepFunctions?.codeDirectory ?? '', 'index.mjs');
    ({ handler } = await import(pathToFileURL(file).href));
  }, 60_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const call = (operation: string, body: object, event: Partial<FunctionUrlEvent> = {}) =>
    handler(
      { headers: { 'x-amz-target': `AWSStepFunctions.${operation}` }, body: JSON.stringify(body), ...event },
      { invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:api', awsRequestId: 'r' },
    );

  it('answers calls of the function URL, with bodies in base64 as well', async () => {
    const definition = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';
    const answer = await call('ValidateStateMachineDefinition', { definition });
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r' },
    });
    expect(JSON.parse(answer.body)).toEqual({ result: 'OK', diagnostics: [], truncated: false });
    const body = Buffer.from('{"definition":"{"}').toString('base64');
    const encoded = await call('ValidateStateMachineDefinition', {}, { body, isBase64Encoded: true });
    expect(JSON.parse(encoded.body)).toMatchObject({ result: 'FAIL' });
  });

  it('knows the machines of the deployment, in its own region and account', async () => {
    const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders';
    const { body } = await call('DescribeStateMachine', { stateMachineArn });
    expect(JSON.parse(body)).toMatchObject({ stateMachineArn, name: 'orders', status: 'ACTIVE' });
  });

  it('comes with functions that run stored definitions, and stays small', async () => {
    const { size } = await stat(join(bundled.stepFunctions?.codeDirectory ?? '', 'index.mjs'));
    expect(size).toBeLessThan(1_500_000);
    expect(bundled.workers.map(({ name }) => name)).toContain('aws-services');
  });
});

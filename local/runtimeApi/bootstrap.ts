/**
 * The program of a function's process as Lambda starts it: it loads the handler by name and asks the Runtime API for one
 * invocation after the other. AWS's own client of that API is built from C++, and is in Lambda's images alone; this one speaks
 * the same protocol. It imports no package.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FunctionFailure } from '../lambda/environmentProtocol.ts';
import { describeFailure, type Handler, loadHandler } from '../lambda/handlerModule.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

function call(method: 'GET' | 'POST', path: string, body = '', headers = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(`${base}${path}`, { method, agent, headers }, resolve).on('error', reject).end(body);
  });
}

async function post(path: string, body: string, headers = {}): Promise<void> {
  await text(await call('POST', path, body, { 'content-type': 'application/json', ...headers }));
}

function postFailure(path: string, { errorType, errorMessage, trace }: FunctionFailure): Promise<void> {
  return post(path, JSON.stringify({ errorType, errorMessage, stackTrace: trace ?? [] }), {
    'lambda-runtime-function-error-type': errorType,
  });
}

function header(response: IncomingMessage, name: string): string {
  const value = response.headers[name];
  return typeof value === 'string' ? value : '';
}

async function handleNext(handler: Handler): Promise<void> {
  const next = await call('GET', '/invocation/next');
  const event: unknown = JSON.parse(await text(next));
  const requestId = header(next, 'lambda-runtime-aws-request-id');
  const deadlineMs = Number(header(next, 'lambda-runtime-deadline-ms'));
  process.env._X_AMZN_TRACE_ID = header(next, 'lambda-runtime-trace-id');
  const context = {
    awsRequestId: requestId,
    invokedFunctionArn: header(next, 'lambda-runtime-invoked-function-arn'),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    const result = JSON.stringify(await handler(event, context)) ?? 'null';
    await post(`/invocation/${requestId}/response`, result);
  } catch (error) {
    await postFailure(`/invocation/${requestId}/error`, describeFailure(error));
  }
}

async function run(): Promise<void> {
  let handler: Handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER ?? '');
  } catch (error) {
    await postFailure('/init/error', describeFailure(error));
    process.exit(1);
  }
  for (;;) await handleNext(handler);
}

await run();

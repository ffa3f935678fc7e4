/**
 * The program of an execution environment: it loads one handler and runs one invocation after the other, as Lambda's
 * Node.js runtime does. It runs in a process of its own and imports nothing but Node's own modules.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EnvironmentMessage, FunctionFailure, InvokeMessage } from './environmentProtocol.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const maximumResponseBytes = Number(process.argv[2]);
const functionArn = process.argv[3];
const send = process.send?.bind(process);
// The channel is the runtime's: code of the function has no business on it.
Reflect.deleteProperty(process, 'send');
process.on('disconnect', () => process.exit(0));

function answer(message: EnvironmentMessage, sent?: () => void): void {
  send?.(message, undefined, undefined, sent);
}

function end(failure: FunctionFailure, exitCode: number): void {
  answer(['fatal', failure], () => process.exit(exitCode));
}

/** Errors of the runtime itself are named as Lambda names them. */
function runtimeError(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message, { cause });
  error.name = `Runtime.${name}`;
  if (cause instanceof Error && cause.stack !== undefined) error.stack = `${error.name}: ${cause.stack}`;
  return error;
}

function describeFailure(error: unknown): FunctionFailure {
  try {
    if (error instanceof Error) {
      return {
        errorType: String(error.name),
        errorMessage: String(error.message),
        trace: String(error.stack ?? '').split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'Error',
      errorMessage: 'The function threw a value of which neither name nor message could be read.',
      trace: [],
    };
  }
}

function findModule(codeDirectory: string, moduleName: string): string {
  for (const extension of ['.js', '.mjs', '.cjs']) {
    const file = join(codeDirectory, `${moduleName}${extension}`);
    if (existsSync(file)) return file;
  }
  throw runtimeError('ImportModuleError', `Error: Cannot find module '${moduleName}' in ${codeDirectory}`);
}

async function importModule(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', String(error), error);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', String(error), error);
    }
    throw error;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function loadHandler(codeDirectory: string, handlerName: string): Promise<Handler> {
  const file = basename(handlerName);
  const dot = file.indexOf('.');
  if (dot < 1 || handlerName.includes('..')) {
    throw runtimeError('MalformedHandlerName', `'${handlerName}' is not a valid handler name.`);
  }
  const moduleName = join(dirname(handlerName), file.slice(0, dot));
  const exportPath = file.slice(dot + 1).split('.');
  const module = await importModule(findModule(codeDirectory, moduleName));
  const handler =
    exportPath.reduce(property, module) ?? exportPath.reduce(property, property(module, 'default'));
  if (handler === undefined) {
    throw runtimeError('HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw runtimeError('HandlerNotFound', `${handlerName} is not a function`);
  }
  if (handler.length === 3) {
    throw runtimeError(
      'CallbackHandlerDeprecated',
      `${handlerName} takes a callback, which nodejs24.x does not call: make it an async function of (event, context).`,
    );
  }
  return (event, context) => Reflect.apply(handler, undefined, [event, context]);
}

const constantContext = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  invokedFunctionArn: functionArn,
};

function serializeResult(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw runtimeError('JSONStringifyError', `Unable to stringify response body: ${String(error)}`, error);
  }
}

function isTooLarge(text: string): boolean {
  // A UTF-16 unit is at most three bytes in UTF-8, so most texts need not be measured.
  return text.length * 3 > maximumResponseBytes && Buffer.byteLength(text) > maximumResponseBytes;
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  const [requestId, deadlineMs, wantsResult, payload] = message;
  try {
    const context = {
      ...constantContext,
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    };
    const result = serializeResult(await handler(JSON.parse(payload), context));
    if (isTooLarge(result)) {
      answer([
        'failed',
        {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumResponseBytes} bytes).`,
        },
      ]);
      return;
    }
    answer(['succeeded', wantsResult ? result : '']);
  } catch (error) {
    answer(['failed', describeFailure(error)]);
  }
}

process.on('uncaughtException', (error) => end(describeFailure(error), 129));
process.on('unhandledRejection', (reason) => {
  const { errorMessage, trace = [] } = describeFailure(reason);
  end({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage, trace }, 128);
});

loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER ?? '').then(
  (handler) => {
    process.on('message', (message: InvokeMessage) => void invoke(handler, message));
    answer(['ready']);
  },
  (error: unknown) => end(describeFailure(error), 1),
);

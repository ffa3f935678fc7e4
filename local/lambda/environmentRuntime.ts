/**
 * The program of an execution environment: it loads one handler and runs one invocation after the other, as Lambda's
 * Node.js runtime does. It runs in a process of its own and imports no package.
 */
import type { EnvironmentMessage, FunctionFailure, InvokeMessage } from './environmentProtocol.ts';
import { describeFailure, type Handler, loadHandler, runtimeError } from './handlerModule.ts';

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

import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { quietly } from './client.ts';

/** Invokes a function asynchronously. Answers whether Lambda took the invocation. */
export type InvokeOnce = (event: object) => Promise<boolean>;

/** The caller may be a function that is billed by the millisecond, and does without an answer. */
const mostMs = 5000;

/**
 * Invokes a function once, and does not wait for it: for what gains time and is otherwise done without.
 *
 * @param config @default endpoint, region and credentials of the environment
 */
export function invokingOnce(functionName: string, config: LambdaClientConfig = {}): InvokeOnce {
  let client: LambdaClient | undefined;
  return async (event) => {
    try {
      // A program that never invokes it does not load Lambda's client.
      const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
      client ??= withoutTrace(
        quietly(
          () =>
            new LambdaClient({
              maxAttempts: 1,
              requestHandler: {
                connectionTimeout: mostMs,
                requestTimeout: mostMs,
                throwOnRequestTimeout: true,
              },
              ...config,
            }),
        ),
      );
      await client.send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(event)),
        }),
      );
      return true;
    } catch {
      // The stream brings the item. The answer shows the caller that nothing was gained.
      return false;
    }
  };
}

/**
 * By the trace header Lambda finds functions that invoke each other without end, and stops them after about 16 rounds. An
 * execution of many steps is such a round of the orchestrator and its workers, and does end.
 */
function withoutTrace(client: LambdaClient): LambdaClient {
  client.middlewareStack.remove('recursionDetectionMiddleware');
  return client;
}

import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { NudgeEvent } from '../orchestrator/contract/nudge.ts';

/** Has the orchestrator begin an execution at once. Answers whether the invocation was taken. */
export type Nudging = (event: NudgeEvent) => Promise<boolean>;

/**
 * Invokes the orchestrator of a deployment, and does not wait for it.
 *
 * @param config @default endpoint, region and credentials of the environment
 */
export function nudging(functionName: string, config: LambdaClientConfig = {}): Nudging {
  let client: LambdaClient | undefined;
  return async (event) => {
    // A program that starts nothing directly does not load Lambda's client.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    client ??= new LambdaClient({ maxAttempts: 1, ...config });
    try {
      await client.send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(event)),
        }),
      );
      return true;
    } catch {
      // The start is written, and the stream brings it. The answer shows the caller that nothing was gained.
      return false;
    }
  };
}

import type { InvokeCommandOutput, LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { kindOfError } from '../../orchestrator/aws/errorKind.ts';
import type { CatchUpEvent, CatchUpResult } from '../../orchestrator/contract/recovery.ts';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';

/** Has the recovery function catch up executions. */
export type CatchUp = (event: CatchUpEvent) => Promise<CatchUpResult>;

/** Thrown when there is no recovery function to call: nothing can be repaired. */
export class RecoveryUnavailableError extends MillraceError {
  override readonly code = 'RecoveryUnavailable';
  override readonly name = 'RecoveryUnavailableError';
  constructor(functionName: string, cause: Error) {
    super(
      `The function '${functionName}' for repairs cannot be called (${cause.name}: ${cause.message}). Give the prefix that the ` +
        'functions are deployed with (MILLRACE_FUNCTION_PREFIX), and the permission to invoke it (grantDoctor).',
      { cause },
    );
  }
}

/** Thrown when the recovery function broke down, or took too long. Executions that it has caught up by then stay so. */
export class RecoveryFunctionFailedError extends MillraceError {
  override readonly code = 'RecoveryFunctionFailed';
  override readonly name = 'RecoveryFunctionFailedError';
}

/** A little longer than the function may take. */
const requestTimeoutMs = 310_000;

/**
 * Calls the recovery function of a deployment, and waits for it.
 *
 * @param config @default endpoint, region and credentials of the environment
 */
export function recoveryFunction(functionName: string, config: LambdaClientConfig = {}): CatchUp {
  let client: LambdaClient | undefined;
  return async (event) => {
    // Only the doctor needs Lambda: a program that starts executions does not load its client.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    client ??= new LambdaClient({
      requestHandler: { requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
      maxAttempts: 5,
      ...config,
    });
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(event)),
    });
    const output: InvokeCommandOutput = await client.send(command).catch((error: unknown) => {
      if (error instanceof Error && kindOfError(error) === 'environment') {
        throw new RecoveryUnavailableError(functionName, error);
      }
      throw error;
    });
    const answer = Buffer.from(output.Payload ?? []).toString('utf8');
    if (output.FunctionError !== undefined) {
      throw new RecoveryFunctionFailedError(`The function '${functionName}' failed: ${answer.slice(0, 500)}`);
    }
    return JSON.parse(answer) as CatchUpResult;
  };
}

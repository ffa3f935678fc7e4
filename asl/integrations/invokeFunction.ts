import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import { isObject, type Json } from '../json.ts';

/** An invocation of a function, as `arn:aws:states:::lambda:invoke` names its fields. */
export interface FunctionCall {
  readonly FunctionName: string;
  /** The function gets this, and nothing else. */
  readonly Payload: Json;
  readonly InvocationType?: 'RequestResponse' | 'Event' | 'DryRun';
  readonly Qualifier?: string;
  /** As JSON. */
  readonly ClientContext?: Json;
}

/** What Lambda answered. */
export interface FunctionAnswer {
  readonly Payload: Json;
  readonly StatusCode: number;
  readonly ExecutedVersion: string;
  readonly RequestId: string;
}

let client: LambdaClient | undefined;

/**
 * Invokes a function and waits for it.
 *
 * @throws an error named as Step Functions names it: by what the function's code threw, with all that Lambda says of it as JSON
 */
export async function invokeFunction(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
  // One attempt: the state's Retry says what is tried again.
  client ??= new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: 0 } });
  const { FunctionName, Payload, InvocationType = 'RequestResponse', Qualifier, ClientContext } = call;
  try {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName,
        InvocationType,
        Payload: Buffer.from(JSON.stringify(Payload)),
        ...(Qualifier !== undefined && { Qualifier }),
        ...(ClientContext !== undefined && {
          ClientContext: Buffer.from(JSON.stringify(ClientContext)).toString('base64'),
        }),
      }),
      { abortSignal: signal },
    );
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    if (answer.FunctionError !== undefined) throw functionError(text);
    return {
      Payload: text === '' ? '' : JSON.parse(text),
      StatusCode: answer.StatusCode ?? 200,
      ExecutedVersion: answer.ExecutedVersion ?? '$LATEST',
      RequestId: answer.$metadata.requestId ?? '',
    };
  } catch (error) {
    throw error instanceof FunctionCallError ? error : callError(error);
  }
}

/** Reported by the name that it is given. */
class FunctionCallError extends MillraceError {
  override readonly code = 'FunctionCallFailed';
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** A function that ends with an error answers `{ errorType, errorMessage, … }`. */
function functionError(text: string): FunctionCallError {
  return new FunctionCallError(errorTypeIn(text) ?? 'Lambda.Unknown', text);
}

function errorTypeIn(text: string): string | undefined {
  try {
    const answer: Json = JSON.parse(text);
    const type = isObject(answer) ? answer.errorType : undefined;
    return typeof type === 'string' && type !== '' ? type : undefined;
  } catch {
    return undefined;
  }
}

function callError(error: unknown): FunctionCallError {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof LambdaServiceException))
    return new FunctionCallError('Lambda.SdkClientException', message);
  const { httpStatusCode, requestId } = error.$metadata;
  const name = error.name === 'ServiceException' ? 'Lambda.ServiceException' : `Lambda.${error.name}`;
  return new FunctionCallError(
    name,
    `${message} (Service: AWSLambda; Status Code: ${httpStatusCode}; Request ID: ${requestId})`,
  );
}

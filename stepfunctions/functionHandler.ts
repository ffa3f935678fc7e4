import { createStepFunctionsApi, type StepFunctionsApiOptions } from './api.ts';
import { answerRequest, contentType, targetHeader } from './protocol.ts';

/** The part of a function URL's event that is read. */
export interface FunctionUrlEvent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly requestId?: string };
}

export interface FunctionUrlAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface InvocationContext {
  readonly awsRequestId?: string;
  /** `arn:aws:lambda:<region>:<account>:function:<name>` */
  readonly invokedFunctionArn?: string;
}

/**
 * The function that serves the API of Step Functions behind a function URL. Its ARNs name the region and the account of the
 * function.
 */
export function createStepFunctionsFunction(options: Pick<StepFunctionsApiOptions, 'machines'>): {
  readonly handler: (event: FunctionUrlEvent, context: InvocationContext) => Promise<FunctionUrlAnswer>;
} {
  let handler: ReturnType<typeof createStepFunctionsApi> | undefined;
  return {
    handler: async ({ headers = {}, body = '', isBase64Encoded, requestContext }, context) => {
      const [, , , region, accountId] = context.invokedFunctionArn?.split(':') ?? [];
      handler ??= createStepFunctionsApi({
        ...options,
        ...(region !== undefined && region !== '' && { region }),
        ...(accountId !== undefined && accountId !== '' && { accountId }),
      });
      const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
      const [statusCode, answer] = await answerRequest(handler, headers[targetHeader], text);
      const requestId = requestContext?.requestId ?? context.awsRequestId ?? '';
      return {
        statusCode,
        headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
        body: JSON.stringify(answer),
      };
    },
  };
}

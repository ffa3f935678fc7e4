import { randomUUID } from 'node:crypto';
import { createStepFunctionsApi, type StepFunctionsApiOptions } from './api.ts';
import { answerRequest, contentType, targetHeader } from './protocol.ts';

/** The part of an SDK's HTTP request that is read. */
export interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** An HTTP handler for the clients of the AWS SDK for JavaScript, which answers without HTTP. */
export interface MillraceRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest): Promise<{ readonly response: SdkResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/**
 * Lets an `SFNClient` of this process work on a table of Millrace, without an endpoint:
 *
 *     new SFNClient({ requestHandler: millraceRequestHandler({ table: 'millrace' }), region, credentials })
 *
 * The SDK signs each request before it is handled: it needs a region and any credentials.
 *
 * @throws UnknownOptionError
 */
export function millraceRequestHandler(options: StepFunctionsApiOptions = {}): MillraceRequestHandler {
  const handler = createStepFunctionsApi(options, 'millraceRequestHandler()');
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async ({ headers, body }) => {
      const target = Object.entries(headers).find(([name]) => name.toLowerCase() === targetHeader)?.[1];
      const [statusCode, answer] = await answerRequest(handler, target, textOf(body));
      return {
        response: {
          statusCode,
          headers: { 'content-type': contentType, 'x-amzn-requestid': randomUUID() },
          body: new TextEncoder().encode(JSON.stringify(answer)),
        },
      };
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
  };
}

/** Older versions of the SDK have the body as a text, newer ones as bytes. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

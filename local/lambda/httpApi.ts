import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  InvalidParameterValueException,
  InvalidRequestContentException,
  LambdaApiError,
  LambdaStartError,
  RequestTooLargeException,
  ServiceException,
  UnknownOperationException,
} from './errors.ts';
import { payloadLimitBytes } from './payloadLimits.ts';
import type { InvocationResult, InvocationType, LambdaService } from './service.ts';

export interface HttpApi {
  /** Such as `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Longer than any client keeps an unused connection, so that none is closed under a request. */
const keepAliveTimeoutMs = 10 * 60 * 1000;

/**
 * Serves `Invoke` as the Lambda service does.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 *
 * @throws LambdaStartError when nothing can listen there
 */
export async function serveHttp(service: LambdaService, port: number, host: string): Promise<HttpApi> {
  const server = createServer((request, response) => {
    receive(request, (body, bytes) => void answer(service, request, body, bytes, response));
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  await listen(server, port, host);
  const address: AddressInfo | string | null = server.address();
  const listeningPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${listeningPort}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `port ${port} of ${host}`;
      reject(
        error.code === 'EADDRINUSE'
          ? new LambdaStartError('AddressInUse', `Something listens on ${where}: choose another port.`, {
              cause: error,
            })
          : new LambdaStartError('AddressNotAvailable', `Cannot listen on ${where}: ${error.message}.`, {
              cause: error,
            }),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Reads a request to its end, but keeps no more than any invocation type may have. */
function receive(request: IncomingMessage, received: (body: Buffer, bytes: number) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= payloadLimitBytes.RequestResponse) chunks.push(chunk);
  });
  request.on('end', () => {
    const [only] = chunks;
    received(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks), bytes);
  });
}

async function answer(
  service: LambdaService,
  request: IncomingMessage,
  body: Buffer,
  bytes: number,
  response: ServerResponse,
): Promise<void> {
  try {
    const { functionReference, qualifier, type } = parseRequest(request);
    if (bytes > payloadLimitBytes[type]) {
      throw new RequestTooLargeException(bytes, type, payloadLimitBytes[type]);
    }
    const payload = parsePayload(body);
    const options = qualifier === null ? { type } : { type, qualifier };
    sendResult(response, await service.invoke(functionReference, payload, options));
  } catch (error) {
    sendError(response, error instanceof LambdaApiError ? error : new ServiceException(String(error)));
  }
}

const invokePath = /^\/2015-03-31\/functions\/([^/?]+)\/invocations\/?(?:\?(.*))?$/;

function parseRequest(request: IncomingMessage): {
  functionReference: string;
  qualifier: string | null;
  type: InvocationType;
} {
  const [, reference, query] = invokePath.exec(request.url ?? '') ?? [];
  if (reference === undefined || request.method !== 'POST') {
    throw new UnknownOperationException(
      `The local Lambda knows Invoke only, not ${request.method} ${request.url}.`,
    );
  }
  return {
    functionReference: decode(reference),
    qualifier: query === undefined ? null : new URLSearchParams(query).get('Qualifier'),
    type: invocationType(request.headers['x-amz-invocation-type']),
  };
}

function decode(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    throw new InvalidParameterValueException(`The function name ${reference} is not URL-encoded.`);
  }
}

function invocationType(header: string | string[] | undefined): InvocationType {
  switch (header) {
    case undefined:
    case 'RequestResponse':
      return 'RequestResponse';
    case 'Event':
    case 'DryRun':
      return header;
    default:
      throw new InvalidParameterValueException(
        `Value '${header}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
      );
  }
}

function parsePayload(body: Buffer): string {
  const payload = body.toString('utf8');
  if (payload === '') return payload;
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new InvalidRequestContentException(error instanceof Error ? error.message : String(error));
  }
  return payload;
}

function sendResult(response: ServerResponse, result: InvocationResult): void {
  const payload = Buffer.from(result.payload);
  const headers: (string | number)[] = [
    'Content-Type',
    'application/json',
    'Content-Length',
    payload.length,
    'x-amzn-RequestId',
    result.requestId,
  ];
  if (result.executedVersion !== undefined) headers.push('X-Amz-Executed-Version', result.executedVersion);
  if (result.functionError !== undefined) headers.push('X-Amz-Function-Error', result.functionError);
  response.writeHead(result.statusCode, headers.map(String));
  response.end(payload);
}

function sendError(response: ServerResponse, error: LambdaApiError): void {
  const body = Buffer.from(JSON.stringify(error.body()));
  response.writeHead(error.statusCode, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    'x-amzn-ErrorType': error.code,
  });
  response.end(body);
}

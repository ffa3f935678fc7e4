import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { createStepFunctionsApi, type StepFunctionsApiOptions } from '../stepfunctions/index.ts';
import { answerRequest, contentType, targetHeader } from '../stepfunctions/protocol.ts';

export interface LocalStepFunctions {
  /** Such as `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Thrown when the API of Step Functions cannot listen on its port. */
export class StepFunctionsStartError extends MillraceError {
  override readonly code = 'AddressInUse';
  override readonly name = 'StepFunctionsStartError';
}

export interface StepFunctionsServerOptions extends StepFunctionsApiOptions {
  /** @default any that is free */
  readonly port?: number;
  readonly log: (text: string) => void;
}

const host = '127.0.0.1';
/** Longer than any client keeps an unused connection, so that none is closed under a request. */
const keepAliveTimeoutMs = 10 * 60 * 1000;
/** A definition has 1 MB at most; JSON may need several bytes for a character. */
const mostBytes = 8 * 1024 * 1024;

/**
 * Serves the API of Step Functions for any AWS SDK.
 *
 * @throws StepFunctionsStartError
 */
export async function startStepFunctions({
  port = 0,
  log,
  ...options
}: StepFunctionsServerOptions): Promise<LocalStepFunctions> {
  const handler = createStepFunctionsApi(options);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
    });
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': contentType, 'x-amzn-requestid': randomUUID() });
      response.end(JSON.stringify(body));
    };
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('The caller has gone.')));
    request.on('end', () => {
      if (bytes > mostBytes) {
        answer(413, {
          __type: 'RequestEntityTooLargeException',
          message: `A request has at most ${mostBytes} bytes.`,
        });
        return;
      }
      const target = request.headers[targetHeader];
      const body = Buffer.concat(chunks).toString('utf8');
      answerRequest(handler, typeof target === 'string' ? target : undefined, body, gone).then(
        ([status, answered]) => answer(status, answered),
        (error: unknown) => {
          if (gone.signal.aborted) return;
          log(error instanceof Error ? (error.stack ?? error.message) : String(error));
          answer(500, {
            __type: 'InternalServerError',
            message: error instanceof Error ? error.message : String(error),
          });
        },
      );
    });
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new StepFunctionsStartError(
          `Cannot listen on port ${port} of ${host}: ${error.message}. Choose another port.`,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    endpoint: `http://${host}:${listening}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';

/** The outcome of an invocation: the handler's answer, or its error as the runtime posted it. */
export type InvocationOutcome =
  | { readonly type: 'succeeded'; readonly payload: string }
  | { readonly type: 'failed'; readonly error: RuntimeError };

export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

interface Invocation {
  readonly requestId: string;
  readonly event: string;
  readonly settle: (outcome: InvocationOutcome) => void;
}

/** Thrown when the runtime could not load the function. */
export class FunctionInitError extends MillraceError {
  override readonly code = 'FunctionInit';
  override readonly name = 'FunctionInitError';
  readonly errorType: string;
  constructor({ errorType, errorMessage }: RuntimeError) {
    super(`${errorType}: ${errorMessage}`);
    this.errorType = errorType;
  }
}

const root = '/2018-06-01/runtime';

/**
 * Lambda's Runtime API for one function process: the runtime in it asks for invocations, and posts what came of them.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  /** `host:port`, as `AWS_LAMBDA_RUNTIME_API` has it. */
  readonly address: string;
  /** Resolves when the runtime asks for its first invocation: it has loaded the function. */
  readonly ready: Promise<void>;
  readonly #server: Server;
  readonly #functionArn: string;
  readonly #timeoutMs: number;
  readonly #queue: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #waiting: ServerResponse | undefined;
  #becomeReady: () => void = () => {};
  #failInit: (error: Error) => void = () => {};

  private constructor(server: Server, functionArn: string, timeoutMs: number) {
    this.#server = server;
    this.#functionArn = functionArn;
    this.#timeoutMs = timeoutMs;
    const { port } = server.address() as AddressInfo;
    this.address = `127.0.0.1:${port}`;
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#failInit = reject;
    });
    // A waiting caller gets the error; there may be none.
    this.ready.catch(() => {});
  }

  static async start(functionArn: string, timeoutMs: number): Promise<RuntimeApi> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const api = new RuntimeApi(server, functionArn, timeoutMs);
    server.on('request', (request, response) => void api.#answer(request, response));
    return api;
  }

  invoke(event: string): Promise<InvocationOutcome> {
    return new Promise((settle) => {
      this.#queue.push({ requestId: randomUUID(), event, settle });
      this.#handOver();
    });
  }

  /** The process has ended: nothing that it runs comes to an end any more. */
  fail(error: RuntimeError): void {
    this.#failInit(new FunctionInitError(error));
    for (const { settle } of [...this.#running.values(), ...this.#queue.splice(0)]) {
      settle({ type: 'failed', error });
    }
    this.#running.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.startsWith(root) ? request.url.slice(root.length) : '';
    const [, requestId = '', end] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method === 'GET' && path === '/invocation/next') {
      this.#waiting = response;
      this.#becomeReady();
      this.#handOver();
      return;
    }
    const body = await text(request);
    const running = this.#running.get(requestId);
    if (request.method === 'POST' && path === '/init/error')
      this.#failInit(new FunctionInitError(JSON.parse(body)));
    else if (request.method === 'POST' && running) {
      this.#running.delete(requestId);
      running.settle(
        end === 'response'
          ? { type: 'succeeded', payload: body }
          : { type: 'failed', error: JSON.parse(body) },
      );
    } else {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  }

  #handOver(): void {
    const response = this.#waiting;
    const invocation = response && this.#queue.shift();
    if (!invocation) return;
    this.#waiting = undefined;
    this.#running.set(invocation.requestId, invocation);
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.requestId,
        'lambda-runtime-deadline-ms': String(Date.now() + this.#timeoutMs),
        'lambda-runtime-invoked-function-arn': this.#functionArn,
        'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
      })
      .end(invocation.event);
  }
}

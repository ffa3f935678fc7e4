import { randomUUID } from 'node:crypto';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type Clock, systemClock } from '../clock.ts';
import { type FaultAnswer, internalServerError, throttled, transactionConflict } from './faultAnswers.ts';
import type { DrawnDynamoDBFault, DynamoDBFaultDraws } from './faults.ts';

/** A DynamoDB endpoint that passes requests on to another and, now and then, does not. */
export interface FaultProxy {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** The endpoint of the engine. */
  readonly target: string;
  readonly faults: DynamoDBFaultDraws;
  readonly clock?: Clock;
  readonly log?: (line: string) => void;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? (() => {});
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ noDelay: true }, (request, response) => {
    answer(request, response).catch((error: Error) => {
      log(`DynamoDB proxy: ${error.message}`);
      request.socket.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = operationOf(request);
    const body = await read(request);
    const drawn = options.faults.draw(operation);
    if (drawn.delayMs > 0) await new Promise<void>((resolve) => clock.after(drawn.delayMs, resolve));
    const refusal = refusalOf(drawn, operation, body);
    if (refusal) return send(response, refusal);
    const rule = drawn.rule;
    if (rule?.fault !== 'dropAfterWrite' && rule?.fault !== 'dropBeforeWrite') {
      return passOn(request, body, response);
    }
    if (rule.fault === 'dropAfterWrite') await passOn(request, body, undefined);
    if (rule.answer === 'internalServerError') return send(response, internalServerError);
    request.socket.destroy();
  }

  function passOn(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = request.headers;
      const onward = httpRequest(
        new URL(request.url ?? '/', options.target),
        { agent, method: request.method, headers: { ...headers, 'content-length': body.byteLength } },
        (reply) => {
          reply.on('end', resolve).on('error', reject);
          if (!response) return reply.resume();
          response.writeHead(reply.statusCode ?? 502, reply.headers);
          return reply.pipe(response);
        },
      );
      onward.on('error', reject);
      onward.end(body);
    });
  }

  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

function refusalOf(drawn: DrawnDynamoDBFault, operation: string, body: Buffer): FaultAnswer | undefined {
  if (drawn.rule?.fault === 'throttle') return throttled(drawn.rule.error ?? 'ThrottlingException');
  if (drawn.rule?.fault === 'transactionConflict')
    return transactionConflict(operation, body, drawn.position);
  return undefined;
}

function send(response: ServerResponse, { statusCode, body }: FaultAnswer): void {
  response.writeHead(statusCode, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}

/** `PutItem` from `X-Amz-Target: DynamoDB_20120810.PutItem`. */
function operationOf(request: IncomingMessage): string {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : '';
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
    });
  });
}

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { MillraceClient } from '../../client/index.ts';
import { accessOf, type Secrets, sessionCookie } from './access.ts';
import { failureOf, RefusedRequestError } from './failures.ts';
import { type ChartSource, type MachineSource, Machines } from './machines.ts';
import { answerOf, type Route } from './router.ts';
import { actionRoutes } from './routes/actions.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { executionRoutes } from './routes/execution.ts';
import { executionsRoutes } from './routes/executions.ts';
import { machinesRoutes } from './routes/machines.ts';
import { pendingRoutes } from './routes/pending.ts';
import { Samples } from './sample.ts';
import type { ConsoleService } from './service.ts';
import { WebFiles } from './webFiles.ts';

export interface ConsoleOptions {
  readonly client: MillraceClient;
  readonly tableName: string;
  readonly machines: MachineSource;
  /** @default no charts */
  readonly charts?: ChartSource;
  /** Folder of the page's files. */
  readonly webDirectory: string;
  /** @default false */
  readonly isReadOnly?: boolean;
  /** @default any that is free */
  readonly port?: number;
  /** The table's time, in milliseconds since the epoch. @default the system's clock */
  readonly now?: () => number;
  /** Units that the client has used. @default not known: 0 */
  readonly consumed?: ConsoleService['consumed'];
  /** @default a new one */
  readonly token?: string;
}

export interface RunningConsole {
  /** The address to open first, with the token. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the console on the loopback address.
 *
 * @throws an error with the code EADDRINUSE where the port is taken
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const controller = new AbortController();
  const service: ConsoleService = {
    client: options.client,
    machines: new Machines(options.machines, options.charts),
    tableName: options.tableName,
    isReadOnly: options.isReadOnly === true,
    now: options.now ?? Date.now,
    signal: controller.signal,
    consumed: options.consumed ?? (() => ({ readUnits: 0, writeUnits: 0 })),
  };
  const secrets = { token: options.token ?? secret(), session: secret() };
  const site = new ConsoleSite(service, new WebFiles(options.webDirectory), secrets);
  // A cursor over many machines and shards is long, and part of the address.
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) => {
    void site.answer(request, response, (server.address() as AddressInfo).port);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/?token=${secrets.token}`,
    port,
    close: () => {
      controller.abort(new Error('The console is closing.'));
      server.closeAllConnections();
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

/** No other site is asked for anything, and no other site may show this one. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const bodyAtMost = 1024 * 1024;

/** The page and its API, over HTTP. */
class ConsoleSite {
  readonly #service: ConsoleService;
  readonly #files: WebFiles;
  readonly #secrets: Secrets;
  readonly #routes: readonly Route[];

  constructor(service: ConsoleService, files: WebFiles, secrets: Secrets) {
    this.#service = service;
    this.#files = files;
    this.#secrets = secrets;
    const samples = new Samples(service);
    this.#routes = [
      ...executionsRoutes(service),
      ...executionRoutes(service),
      ...actionRoutes(service),
      ...bulkRoutes(service),
      ...machinesRoutes(service, samples),
      ...pendingRoutes(service, samples),
    ];
  }

  async answer(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    try {
      await this.#answer(request, response, port);
    } catch (error) {
      const { status, body } = failureOf(error);
      send(request, response, status, 'application/json', JSON.stringify(body));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://console');
    const method = request.method ?? '';
    const token = url.searchParams.get('token');
    const access = accessOf({ method, headers: request.headers, token }, this.#secrets, port);
    const isApi = url.pathname.startsWith('/api/');
    if (access.type === 'refused') {
      const { status, code, message } = access;
      const body = isApi ? JSON.stringify({ error: { code, message } }) : `${message}\n`;
      send(request, response, status, isApi ? 'application/json' : 'text/plain; charset=utf-8', body);
      return;
    }
    if (access.type === 'entering') {
      url.searchParams.delete('token');
      response.writeHead(303, {
        ...headers,
        'set-cookie': sessionCookie(this.#secrets, port),
        location: `${url.pathname}${url.search}`.replace(/^\/+/, '/'),
      });
      response.end();
      return;
    }
    if (isApi) {
      const answer = await this.#api(request, url);
      send(request, response, 200, 'application/json', JSON.stringify(answer));
      return;
    }
    await this.#file(request, response, url.pathname);
  }

  async #api(request: IncomingMessage, url: URL): Promise<unknown> {
    const { method } = request;
    if (method !== 'GET' && method !== 'POST') {
      throw new RefusedRequestError(405, 'MethodNotAllowed', `Not by ${method}.`);
    }
    const body = method === 'POST' ? await jsonBody(request) : undefined;
    const path = url.pathname.slice('/api'.length);
    return answerOf(this.#routes, { method, path, query: url.searchParams, body }, this.#service.isReadOnly);
  }

  async #file(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new RefusedRequestError(405, 'MethodNotAllowed', `Not by ${request.method}.`);
    }
    const isAsset = path.startsWith('/assets/');
    const file = isAsset ? await this.#files.asset(path) : await this.#files.page();
    if (file) send(request, response, 200, file.type, file.content);
    else if (isAsset) send(request, response, 404, 'text/plain; charset=utf-8', 'File not found.\n');
    else {
      const message = 'The page has not been built. Run `npm run build` in the repository of Millrace.\n';
      send(request, response, 500, 'text/plain; charset=utf-8', message);
    }
  }
}

const gzipOver = 2048;

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
): void {
  const isZipped =
    body.length > gzipOver && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const content = isZipped ? gzipSync(body, { level: 4 }) : body;
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(content),
    ...(isZipped && { 'content-encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

/** @throws RefusedRequestError */
async function jsonBody(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new RefusedRequestError(415, 'NotJson', 'The body of the request must be JSON.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > bodyAtMost) throw new RefusedRequestError(413, 'TooLarge', 'The body is larger than 1 MB.');
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RefusedRequestError(400, 'NotJson', `The body is not valid JSON: ${error.message}`);
  }
}

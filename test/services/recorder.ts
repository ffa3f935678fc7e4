import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { cbor } from '@smithy/core/cbor';
import { installedClients, type ServiceClients } from '../../services/index.ts';

/** A request as it came over HTTP. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The action that JSON protocols name in a header. */
  readonly target: string | undefined;
  readonly text: string;
  /** The value of a body in JSON or CBOR, and the fields of a form. */
  readonly body: unknown;
}

export interface StandInAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text and bytes go as they are, anything else as JSON, or as CBOR where the request was. */
  readonly body?: unknown;
}

/** A stand-in for services that records what the SDK's serializers sent. */
export interface Recorder extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: readonly RecordedRequest[];
  /** Clients that talk to it. */
  readonly clients: ServiceClients;
}

/** @param settings further configuration of its clients */
export async function startRecorder(
  answer: (request: RecordedRequest) => StandInAnswer | Promise<StandInAnswer>,
  settings: object = {},
): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const handle = async (
    incoming: IncomingMessage | Http2ServerRequest,
    outgoing: ServerResponse | Http2ServerResponse,
  ) => {
    const request = await recorded(incoming);
    requests.push(request);
    const { status = 200, headers = {}, body = {} } = await answer(request);
    const isWritten = typeof body === 'string' || body instanceof Uint8Array;
    const type = isWritten ? 'text/plain' : isCbor(request) ? cborType : 'application/x-amz-json-1.0';
    outgoing.statusCode = status;
    for (const [name, value] of Object.entries({
      'content-type': type,
      'x-amzn-requestid': 'request-1',
      ...(isCbor(request) && { 'smithy-protocol': 'rpc-v2-cbor' }),
      ...headers,
    })) {
      outgoing.setHeader(name, value);
    }
    const written = isWritten ? body : isCbor(request) ? cbor.serialize(body) : JSON.stringify(body);
    if (incoming.method === 'HEAD') outgoing.end();
    else outgoing.end(written);
  };
  const http1 = createServer(handle);
  const http2 = createHttp2Server(handle);
  const sockets = new Set<Socket>();
  // Clients of some services speak HTTP/2, and begin with its preface.
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const protocol = first.toString('latin1').startsWith('PRI * HTTP/2') ? http2 : http1;
      protocol.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
  const endpoint = `http://127.0.0.1:${address.port}`;
  return {
    endpoint,
    requests,
    clients: clientsOf(endpoint, settings),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function clientsOf(endpoint: string, settings: object = {}): ServiceClients {
  return installedClients(clientSettings(endpoint, settings));
}

/** The configuration of clients that talk to a stand-in. */
export function clientSettings(endpoint: string, more: object = {}): object {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    forcePathStyle: true,
    disableHostPrefix: true,
    ...more,
  };
}

const cborType = 'application/cbor';

function isCbor({ headers }: Pick<RecordedRequest, 'headers'>): boolean {
  return headers['content-type'] === cborType;
}

async function recorded(incoming: IncomingMessage | Http2ServerRequest): Promise<RecordedRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const sent = Buffer.concat(chunks);
  const { headers, method = '', url = '' } = incoming;
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  const text = bytes.toString('utf8');
  const target = headers['x-amz-target'];
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return {
    method,
    path: url,
    headers,
    target: typeof target === 'string' ? target.split('.').at(-1) : undefined,
    text,
    body: isForm
      ? Object.fromEntries(new URLSearchParams(text))
      : isCbor({ headers })
        ? cbor.deserialize(bytes)
        : parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

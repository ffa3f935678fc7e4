import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { installedClients, type ServiceClients } from '../../services/index.ts';

/** A request as it came over HTTP. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The action that JSON protocols name in a header. */
  readonly target: string | undefined;
  readonly text: string;
  /** The value of a body in JSON. */
  readonly body: unknown;
}

export interface StandInAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text goes as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** A stand-in for services that records what the SDK's serializers sent. */
export interface Recorder extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: readonly RecordedRequest[];
  /** Clients that talk to it. */
  readonly clients: ServiceClients;
}

export async function startRecorder(
  answer: (request: RecordedRequest) => StandInAnswer | Promise<StandInAnswer>,
): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const target = incoming.headers['x-amz-target'];
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      target: typeof target === 'string' ? target.split('.').at(-1) : undefined,
      text,
      body: parsed(text),
    };
    requests.push(request);
    const { status = 200, headers = {}, body = {} } = await answer(request);
    const isText = typeof body === 'string';
    const type = isText ? 'text/plain' : 'application/x-amz-json-1.0';
    outgoing.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'request-1', ...headers });
    outgoing.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    requests,
    clients: clientsOf(endpoint),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function clientsOf(endpoint: string): ServiceClients {
  return installedClients({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    forcePathStyle: true,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

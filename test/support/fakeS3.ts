import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** An answer in place of its work. */
export interface S3Fault {
  readonly status: number;
  /** S3's error code, such as `SlowDown`. */
  readonly code: string;
  /** Requests that get it, from the next one on. */
  readonly times: number;
}

/** The few calls of S3 that a store makes, over HTTP: PutObject, CopyObject, GetObject with a range, ListObjectsV2, DeleteObject. */
export interface FakeS3 {
  /** Makes an SDK client talk to it. */
  readonly client: S3ClientConfig;
  /** By `bucket/key`. */
  readonly objects: Map<string, Uint8Array>;
  /** Methods and paths of the requests so far. */
  readonly requests: string[];
  /** When objects were written, by `bucket/key`. */
  readonly writtenAt: Map<string, number>;
  fail(fault: S3Fault): void;
  stop(): Promise<void>;
}

/** Objects of a page; S3 has 1,000. */
const mostListed = 3;

/** @param bucket the only one that there is */
export async function startFakeS3(bucket: string): Promise<FakeS3> {
  const objects = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const writtenAt = new Map<string, number>();
  let fault: S3Fault | undefined;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const path = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
    const query = url.searchParams;
    const body = await bodyOf(request);
    requests.push(`${request.method} ${path}`);
    if (fault && fault.times > 0) {
      fault = { ...fault, times: fault.times - 1 };
      return refuse(response, fault.status, fault.code);
    }
    if (path.split('/')[0] !== bucket) return refuse(response, 404, 'NoSuchBucket');
    switch (request.method) {
      case 'PUT': {
        const source = request.headers['x-amz-copy-source'];
        const copied = source === undefined ? body : objects.get(decodeURIComponent(String(source)));
        if (!copied) return refuse(response, 404, 'NoSuchKey');
        objects.set(path, copied);
        writtenAt.set(path, Date.now());
        if (source !== undefined) {
          response
            .writeHead(200, { 'content-type': 'application/xml' })
            .end('<CopyObjectResult><ETag>"any"</ETag></CopyObjectResult>');
          return;
        }
        response.writeHead(200, { etag: '"any"' }).end();
        return;
      }
      case 'DELETE':
        objects.delete(path);
        response.writeHead(204).end();
        return;
      case 'GET':
        if (query.get('list-type') === '2') return list(response, query);
        return read(response, objects.get(path), request.headers.range);
      default:
        return refuse(response, 405, 'MethodNotAllowed');
    }
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, mostListed);
    const contents = page.map((key) => {
      const time = new Date(writtenAt.get(key) ?? 0).toISOString();
      return `<Contents><Key>${key.slice(bucket.length + 1)}</Key><LastModified>${time}</LastModified></Contents>`;
    });
    const more =
      keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?><ListBucketResult>${contents.join('')}${more}</ListBucketResult>`);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    client: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      forcePathStyle: true,
      maxAttempts: 2,
    },
    objects,
    requests,
    writtenAt,
    fail: (next) => {
      fault = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function read(response: ServerResponse, object: Uint8Array | undefined, range: string | undefined): void {
  if (!object) {
    refuse(response, 404, 'NoSuchKey');
    return;
  }
  if (range === undefined) {
    response.writeHead(200, { 'content-length': object.length }).end(object);
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
  if (!(from < object.length)) {
    refuse(response, 416, 'InvalidRange');
    return;
  }
  const contentRange = `bytes ${from}-${object.length - 1}/${object.length}`;
  response
    .writeHead(206, { 'content-length': object.length - from, 'content-range': contentRange })
    .end(object.subarray(from));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>As the test wants it.</Message></Error>`);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

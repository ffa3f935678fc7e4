import { createRequire } from 'node:module';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { forManySmallRequests } from '../aws/client.ts';
import {
  checkObjectKey,
  type ListedObject,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
  StoreUnavailableError,
} from './objectStore.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

export interface S3StoreOptions {
  /** `s3://bucket` or `s3://bucket/prefix`. */
  readonly url: string;
  /** Endpoint, region and credentials otherwise come from the environment, as in any AWS SDK (`AWS_ENDPOINT_URL_S3`). */
  readonly client?: S3ClientConfig;
}

/**
 * A bucket, or what is under a prefix of one. The SDK is loaded with the first call: it is not in Millrace's bundles,
 * because Lambda's Node.js runtimes have it.
 */
export class S3Store implements ObjectStore {
  readonly url: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #config: S3ClientConfig;
  #opened: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  constructor({ url, client = {} }: S3StoreOptions) {
    const { hostname, pathname } = new URL(url);
    const prefix = pathname.replace(/^\/+|\/+$/g, '');
    this.url = url;
    this.#bucket = hostname;
    this.#prefix = prefix === '' ? '' : `${decodeURIComponent(prefix)}/`;
    this.#config = client;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const at = this.#at(key);
    await this.#attempt(key, ({ sdk, client }) =>
      client.send(new sdk.PutObjectCommand({ ...at, Body: bytes })),
    );
  }

  async get(key: string, maximumBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.stream(key)) {
      length += chunk.length;
      if (length > maximumBytes) throw new ObjectTooLargeError(`The object '${key}'`, maximumBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  }

  async *stream(key: string, fromByte = 0): AsyncGenerator<Uint8Array, void, undefined> {
    const at = this.#at(key);
    const output = await this.#attempt(key, ({ sdk, client }) =>
      client.send(new sdk.GetObjectCommand({ ...at, ...(fromByte > 0 && { Range: `bytes=${fromByte}-` }) })),
    ).catch((error: unknown) => {
      if (isRangeBeyondEnd(error)) return undefined;
      throw error;
    });
    // The body is Node's stream here; the SDK's type has the browser's too.
    const body = output?.Body;
    if (!body || !(Symbol.asyncIterator in body)) return;
    try {
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw new StoreUnavailableError(this.url, describe(error), error);
    }
  }

  async delete(key: string): Promise<void> {
    const at = this.#at(key);
    await this.#attempt(key, ({ sdk, client }) => client.send(new sdk.DeleteObjectCommand(at)));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    const within = { Bucket: this.#bucket, Prefix: `${this.#prefix}${prefix}` };
    let from: string | undefined;
    do {
      const page = await this.#attempt(prefix, ({ sdk, client }) =>
        client.send(new sdk.ListObjectsV2Command({ ...within, ...(from && { ContinuationToken: from }) })),
      );
      for (const { Key: key, LastModified: writtenAt, ...object } of page.Contents ?? []) {
        if (key === undefined || writtenAt === undefined) continue;
        yield {
          key: key.slice(this.#prefix.length),
          writtenAt: writtenAt.getTime(),
          bytes: object.Size ?? 0,
          ...(object.ETag !== undefined && { etag: object.ETag }),
          ...(object.StorageClass !== undefined && { storageClass: object.StorageClass }),
        };
      }
      from = page.NextContinuationToken;
    } while (from);
  }

  /** By a copy onto itself, which S3 takes where something about the object is replaced. */
  async renew(key: string): Promise<void> {
    const at = this.#at(key);
    const source = `${at.Bucket}/${at.Key.split('/').map(encodeURIComponent).join('/')}`;
    await this.#attempt(key, ({ sdk, client }) =>
      client.send(new sdk.CopyObjectCommand({ ...at, CopySource: source, MetadataDirective: 'REPLACE' })),
    ).catch((error: unknown) => {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    });
  }

  async close(): Promise<void> {
    const opened = await this.#opened;
    opened?.client.destroy();
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${checkObjectKey(key)}` };
  }

  async #attempt<T>(key: string, call: (opened: { sdk: Sdk; client: S3Client }) => Promise<T>): Promise<T> {
    try {
      this.#opened ??= this.#open();
      return await call(await this.#opened);
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') throw new ObjectNotFoundError(this.url, key);
      throw new StoreUnavailableError(this.url, describe(error), error);
    }
  }

  async #open(): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
    const sdk = await loadSdk();
    const hasOwnEndpoint = (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) !== undefined;
    const client = new sdk.S3Client({
      ...forManySmallRequests(),
      maxAttempts: 4,
      // The written data is whole in memory, and S3 checks it by its own checksum.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      forcePathStyle: hasOwnEndpoint,
      ...this.#config,
    });
    return { sdk, client };
  }
}

/** Where `import` does not find it, `require` may: it also looks where the runtime's own modules are. */
async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    return createRequire(import.meta.url)('@aws-sdk/client-s3');
  }
}

function isRangeBeyondEnd(error: unknown): boolean {
  const cause = error instanceof StoreUnavailableError ? error.cause : undefined;
  return cause instanceof Error && cause.name === 'InvalidRange';
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

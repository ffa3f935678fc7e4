import { MillraceError } from '../core/errors/millraceError.ts';
/**
 * Where data goes that is too large for an item of the table: bytes under a key. An object is written whole or not at
 * all, and what is under a key that Millrace makes never changes, because the key has a hash of its content.
 *
 * Every operation rejects with a {@link StoreUnavailableError} when the store did not take it, and with an
 * {@link InvalidObjectKeyError} for a key that is none.
 */
export interface ObjectStore {
  /** The URL that it was opened by: `s3://bucket/prefix` or `file:///folder`. */
  readonly url: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * @throws ObjectNotFoundError
   * @throws ObjectTooLargeError when it has more than `maximumBytes`; it is then not read to its end
   */
  get(key: string, maximumBytes?: number): Promise<Uint8Array>;
  /**
   * The object's bytes as they come, from an offset on; for lines of text see lines.ts.
   *
   * @throws ObjectNotFoundError while it is iterated
   */
  stream(key: string, fromByte?: number): AsyncIterable<Uint8Array>;
  /** Deletes the object, if it is there. */
  delete(key: string): Promise<void>;
  /** The objects whose keys begin with the prefix, which ends with a `/`, in no order to rely on. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Makes the object as young as one that is written now: lifecycle rules go by age. Nothing where there is none. */
  renew(key: string): Promise<void>;
}

export interface ListedObject {
  readonly key: string;
  /** Milliseconds since the epoch, by the store's clock: when it was written or renewed. */
  readonly writtenAt: number;
  readonly bytes: number;
  /** Changes with the content, where the store knows one. */
  readonly etag?: string;
  readonly storageClass?: string;
}

/** Thrown when no object has the key. */
export class ObjectNotFoundError extends MillraceError {
  override readonly code = 'ObjectNotFound';
  override readonly name = 'ObjectNotFoundError';
  constructor(url: string, key: string) {
    super(
      `Object '${key}' was not found in the store ${url}. Put it there, or correct ${storeVariable} if it is in another store. ` +
        'A lifecycle rule may have deleted it.',
    );
  }
}

/** Thrown when an object is larger than what may be taken into memory. */
export class ObjectTooLargeError extends MillraceError {
  override readonly code = 'ObjectTooLarge';
  override readonly name = 'ObjectTooLargeError';
  constructor(what: string, maximumBytes: number) {
    super(
      `${what} has more than the ${maximumBytes} bytes that may be read at once. Pass a smaller part of it.`,
    );
  }
}

/** Thrown when the store did not take a call: it does not answer, there is no bucket or folder, or no permission. */
export class StoreUnavailableError extends MillraceError {
  override readonly code = 'StoreUnavailable';
  override readonly name = 'StoreUnavailableError';
  constructor(url: string, problem: string, cause?: unknown) {
    super(
      `The store ${url} did not take a call: ${problem}. Check that it is there, that it may be read and written, and ${storeVariable}.`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** Thrown for a key that no object can have. */
export class InvalidObjectKeyError extends MillraceError {
  override readonly code = 'InvalidObjectKey';
  override readonly name = 'InvalidObjectKeyError';
  constructor(key: string) {
    super(
      `${JSON.stringify(key.slice(0, 200))} is not a valid object key: use parts separated by '/', none of them empty, '.' or '..', ` +
        `without control characters and '\\'; ${maximumPartBytes} bytes a part and ${maximumKeyBytes} in all at most.`,
    );
  }
}

/** Thrown where data is in a store, and none is configured. */
export class StoreNotConfiguredError extends MillraceError {
  override readonly code = 'StoreNotConfigured';
  override readonly name = 'StoreNotConfiguredError';
  constructor(key: string) {
    super(
      `The data is in an object store, under '${key}', and no store is configured here: set ${storeVariable} to the one that ` +
        'the deployment uses (s3://bucket/prefix, or file:///folder).',
    );
  }
}

/** Name of the environment variable that says which store is used. */
export const storeVariable = 'MILLRACE_STORE';

/** S3 takes 1,024 bytes, of which the prefix needs some. */
const maximumKeyBytes = 800;
/** A file's name takes 255 bytes, of which a temporary one needs some. */
const maximumPartBytes = 200;

/** Control characters, a separator of other systems, and what UTF-8 cannot hold. */
const outsideOfKeys = /[\p{Cc}\\\p{Surrogate}]/u;

/** Whether a store has such keys: they are names of files in a folder, and of objects in S3. */
export function isObjectKey(key: string): boolean {
  if (Buffer.byteLength(key) > maximumKeyBytes || outsideOfKeys.test(key)) return false;
  // A part that is `.` or `..` would be another folder.
  return key
    .split('/')
    .every((part) => !['', '.', '..'].includes(part) && Buffer.byteLength(part) <= maximumPartBytes);
}

/** @throws InvalidObjectKeyError */
export function checkObjectKey(key: string): string {
  if (!isObjectKey(key)) throw new InvalidObjectKeyError(key);
  return key;
}

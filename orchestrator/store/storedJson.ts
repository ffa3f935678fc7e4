import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { parseExactJson } from '../core/data/exactJson.ts';
import type { Json } from '../core/data/json.ts';
import { NotSerializableError } from '../core/data/serializable.ts';
import { utf8Text } from '../core/data/text.ts';
import { MillraceError } from '../core/errors/millraceError.ts';
import {
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
  StoreNotConfiguredError,
  StoreUnavailableError,
} from './objectStore.ts';

const compress = promisify(gzip);
const unpack = promisify(gunzip);
/** Storage is cheap, and a function of 512 MB has a third of a processor. */
const quickly = { level: constants.Z_BEST_SPEED };

/** Limit for one input, output, error or event as JSON: it is taken into memory as a whole, and parsed. */
export const maximumDataBytes = 6 * 1024 * 1024;
/** Limit for one execution's state, which has its context and, at the end, its output too. */
export const maximumStateBytes = 16 * 1024 * 1024;

/** Keys that this process remembers to have written or read: the same content is not written again. */
const mostRemembered = 1000;
/** After that, it is: objects expire by their age, and what refers to one must not be much younger than it. */
const longestRememberedMs = 3_600_000;
const renewalsInFlight = 16;
/** Characters of the last reads that are kept: a client that polls reads the same object again and again. */
const mostKept = 8 * 1024 * 1024;

/** Thrown for an object that is no JSON, plain or compressed. */
export class UnreadableObjectError extends MillraceError {
  override readonly code = 'UnreadableObject';
  override readonly name = 'UnreadableObjectError';
  constructor(key: string, problem: string) {
    super(
      `The object '${key}' must be JSON in UTF-8, plain or gzip-compressed: ${problem}. Write the object again.`,
    );
  }
}

/** Errors of reading and writing stored data that a repair outside can fix. */
export type StoredDataError =
  | ObjectNotFoundError
  | ObjectTooLargeError
  | StoreNotConfiguredError
  | StoreUnavailableError
  | UnreadableObjectError;

export function isStoredDataError(error: unknown): error is StoredDataError {
  return [
    ObjectNotFoundError,
    ObjectTooLargeError,
    StoreNotConfiguredError,
    StoreUnavailableError,
    UnreadableObjectError,
  ].some((type) => error instanceof type);
}

/** JSON in an object store: gzip-compressed where Millrace writes it, plain too where it reads. */
export class StoredJson {
  readonly #store: ObjectStore | undefined;
  readonly #now: () => number;
  /** Keys, and when they were written. */
  readonly #written = new Map<string, number>();
  readonly #read = new Map<string, string>();
  #kept = 0;

  /** @param store without one, every reference is a {@link StoreNotConfiguredError} */
  constructor(store: ObjectStore | undefined, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  get isConfigured(): boolean {
    return this.#store !== undefined;
  }

  /**
   * The key says what the content is, so that it is written once.
   *
   * @throws StoreUnavailableError, StoreNotConfiguredError
   */
  async write(key: string, text: string): Promise<void> {
    if ((this.#written.get(key) ?? 0) > this.#now() - longestRememberedMs) return;
    await this.#storeOf(key).put(key, await compress(text, quickly));
    this.#remember(key);
  }

  #remember(key: string): void {
    this.#written.delete(key);
    this.#written.set(key, this.#now());
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= mostRemembered) break;
      this.#written.delete(oldest);
    }
  }

  /** @throws StoredDataError */
  async readText(key: string): Promise<string> {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const bytes = await this.#storeOf(key).get(key, maximumStateBytes);
    const text = decoded(key, isGzip(bytes) ? await unpacked(key, bytes) : bytes);
    this.#remember(key);
    this.#keep(key, text);
    return text;
  }

  /** @throws StoredDataError */
  async read(key: string): Promise<Json> {
    const text = await this.readText(key);
    try {
      return JSON.parse(text) as Json;
    } catch (error) {
      throw new UnreadableObjectError(key, String(error));
    }
  }

  /**
   * Reads data that a user or a worker has put there, in any language.
   *
   * @param path how messages name the value
   * @throws StoredDataError
   * @throws NotSerializableError for a number that would be rounded
   */
  async readReceived(key: string, path: string): Promise<Json> {
    const text = await this.readText(key);
    try {
      return parseExactJson(text, path);
    } catch (error) {
      if (error instanceof NotSerializableError) throw error;
      throw new UnreadableObjectError(key, String(error));
    }
  }

  /**
   * Deletes objects that nothing refers to any more. An object that is left behind costs its storage and nothing
   * else.
   */
  async delete(key: string): Promise<void> {
    this.#written.delete(key);
    try {
      await this.#storeOf(key).delete(key);
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
    }
  }

  /**
   * Makes objects under a prefix young again that were written before a time, as many as `limit`. Answers how many those were.
   *
   * @throws StoreUnavailableError
   */
  async renew(prefix: string, before: number, limit: number): Promise<number> {
    if (!this.#store) return 0;
    const store = this.#store;
    let count = 0;
    let some: string[] = [];
    const renewAll = async () => {
      await Promise.all(some.map((key) => store.renew(key)));
      some = [];
    };
    for await (const { key, writtenAt } of store.list(prefix)) {
      if (count >= limit) break;
      if (writtenAt >= before) continue;
      some.push(key);
      count++;
      if (some.length === renewalsInFlight) await renewAll();
    }
    await renewAll();
    return count;
  }

  #storeOf(key: string): ObjectStore {
    if (!this.#store) throw new StoreNotConfiguredError(key);
    return this.#store;
  }

  #keep(key: string, text: string): void {
    this.#read.set(key, text);
    this.#kept += text.length;
    for (const [oldest, { length }] of this.#read) {
      if (this.#kept <= mostKept) break;
      this.#read.delete(oldest);
      this.#kept -= length;
    }
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** A small object must not become a memory bomb. */
function decoded(key: string, bytes: Uint8Array): string {
  try {
    return utf8Text(bytes);
  } catch (error) {
    throw new UnreadableObjectError(key, String(error));
  }
}

async function unpacked(key: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: maximumStateBytes });
  } catch (error) {
    if (error instanceof RangeError)
      throw new ObjectTooLargeError(`The object '${key}', unpacked,`, maximumStateBytes);
    throw new UnreadableObjectError(key, String(error));
  }
}

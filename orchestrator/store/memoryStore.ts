import {
  checkObjectKey,
  type ListedObject,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
} from './objectStore.ts';

/** Objects in this process's memory: for tests. */
export class MemoryStore implements ObjectStore {
  readonly url = 'memory:';
  readonly objects = new Map<string, Uint8Array>();
  readonly #writtenAt = new Map<string, number>();
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.objects.set(checkObjectKey(key), Uint8Array.from(bytes));
    this.#writtenAt.set(key, this.#now());
  }

  async get(key: string, maximumBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const bytes = this.#object(key);
    if (bytes.length > maximumBytes) throw new ObjectTooLargeError(`The object '${key}'`, maximumBytes);
    return Uint8Array.from(bytes);
  }

  async *stream(key: string, fromByte = 0): AsyncGenerator<Uint8Array, void, undefined> {
    const bytes = this.#object(key);
    if (fromByte < bytes.length) yield Uint8Array.from(bytes.subarray(fromByte));
  }

  async delete(key: string): Promise<void> {
    this.objects.delete(checkObjectKey(key));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    for (const [key, bytes] of [...this.objects]) {
      if (key.startsWith(prefix))
        yield { key, writtenAt: this.#writtenAt.get(key) ?? 0, bytes: bytes.length };
    }
  }

  async renew(key: string): Promise<void> {
    if (this.objects.has(checkObjectKey(key))) this.#writtenAt.set(key, this.#now());
  }

  #object(key: string): Uint8Array {
    const bytes = this.objects.get(checkObjectKey(key));
    if (!bytes) throw new ObjectNotFoundError(this.url, key);
    return bytes;
  }
}

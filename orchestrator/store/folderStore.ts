import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  checkObjectKey,
  type ListedObject,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
  StoreUnavailableError,
} from './objectStore.ts';

/** A folder of the local file system: each object is a file. */
export class FolderStore implements ObjectStore {
  readonly url: string;
  readonly #folder: string;

  /** @param url `file:///…`; the folder is made with the first object */
  constructor(url: string) {
    this.url = url;
    this.#folder = fileURLToPath(url);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    // Beside it, then renamed: a reader never sees half of it.
    const temporary = `${path}.${randomUUID()}.part`;
    await this.#attempt(key, async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, path);
    }).catch(async (error: unknown) => {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    });
  }

  get(key: string, maximumBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const path = this.#path(key);
    return this.#attempt(key, async () => {
      const file = await open(path);
      try {
        const { size } = await file.stat();
        if (size > maximumBytes) throw new ObjectTooLargeError(`The object '${key}'`, maximumBytes);
        return await file.readFile();
      } finally {
        await file.close();
      }
    });
  }

  async *stream(key: string, fromByte = 0): AsyncGenerator<Uint8Array, void, undefined> {
    const path = this.#path(key);
    try {
      for await (const chunk of createReadStream(path, { start: fromByte })) yield chunk;
    } catch (error) {
      throw this.#typed(key, error);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await this.#attempt(key, () => rm(path, { force: true }));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    const folder = this.#path(prefix.slice(0, -1));
    const files = await this.#attempt(prefix, () =>
      readdir(folder, { recursive: true, withFileTypes: true }),
    ).catch((error: unknown) => {
      if (error instanceof ObjectNotFoundError) return [];
      throw error;
    });
    for (const file of files) {
      if (!file.isFile() || file.name.endsWith('.part')) continue;
      const path = join(file.parentPath, file.name);
      const key = relative(this.#folder, path).split(sep).join('/');
      const { mtimeMs, size } = await this.#attempt(key, () => stat(path));
      yield { key, writtenAt: mtimeMs, bytes: size };
    }
  }

  async renew(key: string): Promise<void> {
    const now = new Date();
    await this.#attempt(key, () => utimes(this.#path(key), now, now)).catch((error: unknown) => {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    });
  }

  #path(key: string): string {
    return join(this.#folder, ...checkObjectKey(key).split('/'));
  }

  async #attempt<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#typed(key, error);
    }
  }

  #typed(key: string, error: unknown): unknown {
    if (!(error instanceof Error) || !('code' in error)) return error;
    if (error instanceof ObjectTooLargeError) return error;
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return new ObjectNotFoundError(this.url, key);
    return new StoreUnavailableError(this.url, error.message, error);
  }
}

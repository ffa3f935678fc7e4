import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface WebFile {
  readonly type: string;
  readonly content: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The page's files, as `npm run build` has made them: no path leads out of their folder. */
export class WebFiles {
  readonly #directory: string;
  readonly #read = new Map<string, WebFile | undefined>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The same file for every address: the page finds its screen itself. */
  page(): Promise<WebFile | undefined> {
    return this.#file('index.html');
  }

  asset(path: string): Promise<WebFile | undefined> {
    const name = /^\/assets\/(?<name>[\w-]+\.\w+)$/.exec(path)?.groups?.name;
    return name === undefined ? Promise.resolve(undefined) : this.#file(name);
  }

  async #file(name: string): Promise<WebFile | undefined> {
    if (this.#read.has(name)) return this.#read.get(name);
    const type = types[extname(name)];
    const content = type === undefined ? undefined : await readIfThere(join(this.#directory, name));
    const file = type !== undefined && content ? { type, content } : undefined;
    this.#read.set(name, file);
    return file;
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drawing, LayoutQuality } from './drawing.ts';
import { elkGraphOf } from './elkGraph.ts';
import { elkVersion } from './layoutWorker.ts';
import type { Contents } from './parts.ts';

/** Keeps drawings by what they were made from. */
export interface LayoutCache {
  read(key: string): Promise<Drawing | undefined>;
  write(key: string, drawing: Drawing): Promise<void>;
}

/** Changes when places are computed otherwise from the same input. */
const version = 3;

/** A hash of all that a layout depends on: the way in which it begins, texts, sizes, options and ELK. */
export function keyOfLayout(contents: Contents, from: LayoutQuality): string {
  const options = {
    placement: 'NETWORK_SIMPLEX',
    hasLabels: true,
    isQuick: false,
    regionRows: new Map(),
  } as const;
  const { graph } = elkGraphOf(contents, options);
  return createHash('sha256')
    .update(JSON.stringify([version, elkVersion, from, contents, graph]))
    .digest('hex')
    .slice(0, 32);
}

/** A folder with a file for each drawing. A folder that cannot be written to only makes layouts slower. */
export class FolderLayoutCache implements LayoutCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(key: string): Promise<Drawing | undefined> {
    try {
      const drawing: unknown = JSON.parse(await readFile(this.#fileOf(key), 'utf8'));
      return isDrawing(drawing) ? drawing : undefined;
    } catch {
      return undefined;
    }
  }

  async write(key: string, drawing: Drawing): Promise<void> {
    const file = this.#fileOf(key);
    const unfinished = `${file}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(unfinished, JSON.stringify(drawing), { mode: 0o600 });
      await rename(unfinished, file);
    } catch {
      // The next one lays it out again.
    }
  }

  #fileOf(key: string): string {
    return join(this.#folder, `${key}.json`);
  }
}

/** Anything may have happened to a file; its name says what it was made from. */
function isDrawing(value: unknown): value is Drawing {
  if (typeof value !== 'object' || value === null) return false;
  return 'nodes' in value && Array.isArray(value.nodes) && 'edges' in value && Array.isArray(value.edges);
}

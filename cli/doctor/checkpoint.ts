import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { InvalidInputError } from '../errors.ts';
import { problemOf } from '../input/userFile.ts';

/** How far a run is, in a file that outlives it: whole, whenever the process is killed. */
export class Checkpoint {
  readonly #path: string;
  #cursor: string | undefined;
  #writing: Promise<void> | undefined;
  #error: unknown;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The cursor that another run has left; nothing where there is no file.
   *
   * @throws InvalidInputError where the file is something else
   */
  async read(): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw new InvalidInputError(`--checkpoint: ${this.#path} ${problemOf(error)}.`);
    }
    const cursor = cursorIn(text);
    if (cursor !== undefined) return cursor;
    throw new InvalidInputError(
      `${this.#path} is not a checkpoint of a doctor: name another file, or remove it.`,
    );
  }

  /** Writes the latest value that it gets, one after the other. */
  save(cursor: string): void {
    this.#cursor = cursor;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when the latest is in the file. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#error !== undefined) throw this.#error;
  }

  /** The run is over: the next one begins again. */
  async remove(): Promise<void> {
    await this.settled();
    await rm(this.#path, { force: true });
  }

  async #write(): Promise<void> {
    try {
      while (this.#cursor !== undefined) {
        const text = `${JSON.stringify({ cursor: this.#cursor })}\n`;
        this.#cursor = undefined;
        await writeFile(`${this.#path}.new`, text);
        await rename(`${this.#path}.new`, this.#path);
      }
    } catch (error) {
      this.#error ??= error;
    }
  }
}

function cursorIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('cursor' in value)) return undefined;
    return typeof value.cursor === 'string' ? value.cursor : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import type { HistoryEntry, InspectedPart, MachineDefinition, MillraceClient } from '../../client/index.ts';

const kept = 8;

/** The histories that were read last: a long one is read once, and sent in parts while the rest of it is replayed. */
export class Inspections {
  readonly #client: Pick<MillraceClient, 'inspect'>;
  readonly #byId = new Map<string, Inspection>();

  constructor(client: Pick<MillraceClient, 'inspect'>) {
    this.#client = client;
  }

  /** One of that version, if it is at hand. */
  find(executionId: string, version: number): Inspection | undefined {
    const found = this.#byId.get(executionId);
    return found?.version === version ? found : undefined;
  }

  begin(executionId: string, machines: readonly MachineDefinition[]): Inspection {
    const inspection = new Inspection((onPart) =>
      this.#client.inspect(executionId, { onPart, ...(machines.length > 0 && { machines }) }),
    );
    this.#byId.delete(executionId);
    this.#byId.set(executionId, inspection);
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined && this.#byId.size > kept) this.#byId.delete(oldest);
    return inspection;
  }
}

type Read = (
  onPart: (part: InspectedPart) => void,
) => Promise<{ readonly description: InspectedPart['description'] }>;

/** A history that may still be growing. */
export class Inspection {
  readonly #entries: HistoryEntry[] = [];
  readonly #whole: Promise<void>;
  /** Called when there is more. */
  #more: (() => void)[] = [];
  #isWhole = false;
  #version: number | undefined;
  #total = 0;

  constructor(read: Read) {
    this.#whole = this.#read(read);
    // Each request that waits for it gets the error; without one, nothing asks.
    this.#whole.catch(() => {});
  }

  /** The execution's version; undefined before the first part. */
  get version(): number | undefined {
    return this.#version;
  }

  /** Entries of the whole history. */
  get total(): number {
    return this.#total;
  }

  /** The entries from a place on, as soon as there are so many of them, or no more. */
  async entries(from: number, atMost: number): Promise<readonly HistoryEntry[]> {
    while (!this.#isWhole && this.#entries.length < from + atMost) {
      await Promise.race([this.#whole, new Promise<void>((resolve) => this.#more.push(resolve))]);
    }
    return this.#entries.slice(from, from + atMost);
  }

  async #read(read: Read): Promise<void> {
    const { description } = await read((part) => {
      this.#version = part.description.version;
      this.#total = part.total;
      this.#entries.push(...part.entries);
      const waiting = this.#more;
      this.#more = [];
      for (const resolve of waiting) resolve();
    });
    this.#version = description.version;
    this.#isWhole = true;
  }
}

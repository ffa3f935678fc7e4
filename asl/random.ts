import { createHash } from 'node:crypto';

/** The time and the random numbers that a state may use: all of it follows from the execution and the entry, so that a replay is equal. */
export interface Surroundings {
  /** Milliseconds since the epoch: when the entry was applied. */
  readonly now: number;
  readonly random: Random;
}

/** Random numbers that follow from a seed. */
export class Random {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** From 0 to 1, without 1. */
  number(): number {
    return this.#bytes().readUIntBE(0, 6) / 2 ** 48;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const bytes = this.#bytes().subarray(0, 16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  #bytes(): Buffer {
    return createHash('sha256')
      .update(`${this.#seed}#${this.#drawn++}`)
      .digest();
  }
}

const algorithms: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/** A hash by the name that Step Functions gives its algorithm; undefined where it has none of that name. */
export function hashOf(text: string, algorithm: string): string | undefined {
  const known = algorithms.get(algorithm);
  return known === undefined ? undefined : createHash(known).update(text).digest('hex');
}

export const hashAlgorithms: readonly string[] = [...algorithms.keys()];

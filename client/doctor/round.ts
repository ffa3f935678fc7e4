import { encodePosition } from './cursor.ts';
import type { DoctorProgress } from './options.ts';
import type { Batch } from './scanSegment.ts';

/** How far a run is. */
export class Round {
  readonly #segments: number;
  readonly #at: (string | null | undefined)[];
  /** By segment: batches that are done with while one before them is not, and the number of the next one. */
  readonly #ahead: Map<number, Batch['resumeAt']>[];
  readonly #next: number[];
  readonly #onProgress: ((progress: DoctorProgress) => void) | undefined;
  #executions = 0;
  #findings = 0;
  #readUnits = 0;

  constructor(
    segments: number,
    at: readonly (string | null | undefined)[],
    onProgress?: (progress: DoctorProgress) => void,
  ) {
    this.#segments = segments;
    this.#at = Array.from({ length: segments }, (_, i) => at[i]);
    this.#ahead = Array.from({ length: segments }, () => new Map());
    this.#next = Array.from({ length: segments }, () => 0);
    this.#onProgress = onProgress;
  }

  get open(): readonly { readonly segment: number; readonly cursor: string | undefined }[] {
    return this.#at.flatMap((cursor, segment) => (cursor === null ? [] : [{ segment, cursor }]));
  }

  async *counted(
    batches: AsyncIterable<Batch>,
  ): AsyncGenerator<{ batch: Batch; number: number }, void, undefined> {
    let number = 0;
    for await (const batch of batches) yield { batch, number: number++ };
  }

  done({ segment, partitions, readUnits, resumeAt }: Batch, number: number, findings: number): void {
    const ahead = this.#ahead[segment] ?? new Map();
    ahead.set(number, resumeAt);
    let next = this.#next[segment] ?? 0;
    for (; ahead.has(next); next++) {
      this.#at[segment] = ahead.get(next);
      ahead.delete(next);
    }
    this.#next[segment] = next;
    this.#executions += partitions.length;
    this.#findings += findings;
    this.#readUnits += readUnits;
    this.tell();
  }

  tell(): void {
    this.#onProgress?.({
      executions: this.#executions,
      findings: this.#findings,
      readUnits: this.#readUnits,
      segments: this.#segments,
      segmentsDone: this.#at.filter((cursor) => cursor === null).length,
      cursor: encodePosition({ segments: this.#segments, at: this.#at }),
    });
  }
}

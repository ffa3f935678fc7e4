import { MillraceError } from '../../core/errors/millraceError.ts';
/** Thrown when DynamoDB leaves all keys of a batch unprocessed again and again: the table is throttled. */
export class UnprocessedKeysError extends MillraceError {
  override readonly code = 'UnprocessedKeys';
  override readonly name = 'UnprocessedKeysError';
  constructor(calls: number) {
    super(
      `DynamoDB left all keys of a batch unprocessed in ${calls} calls in a row: the table is throttled. The records are delivered again.`,
    );
  }
}

/** With pauses of 50 ms to 1.6 s, about three seconds in all. */
const mostCalls = 7;
const firstPauseMs = 50;

/**
 * Pauses between the calls of a batch that DynamoDB takes in parts: asked again at once, a throttled table gives as little.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export class UnprocessedBackoff {
  readonly #sleep: (ms: number) => Promise<unknown>;
  #calls = 0;

  constructor(sleep: (ms: number) => Promise<unknown>) {
    this.#sleep = sleep;
  }

  /**
   * To be awaited after each call. One that took some of the keys begins a new row: an answer takes 16 MB.
   *
   * @throws UnprocessedKeysError
   */
  async after(asked: number, unprocessed: number): Promise<void> {
    if (unprocessed < asked) this.#calls = 0;
    if (unprocessed === 0) return;
    this.#calls += 1;
    if (this.#calls >= mostCalls) throw new UnprocessedKeysError(this.#calls);
    await this.#sleep(firstPauseMs * 2 ** (this.#calls - 1));
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Names what is waited for, in the error. */
  readonly what: string;
  /** @default 20,000 */
  readonly timeoutMs?: number;
}

const lookEveryMs = 50;

/** Reads until what is read holds, and answers it; fails with what was read last. */
export async function eventually<T>(
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  { what, timeoutMs = 20_000 }: EventuallyOptions,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) {
      throw new Error(`After ${timeoutMs} ms ${what} is still ${JSON.stringify(value)}.`);
    }
    await sleep(lookEveryMs);
  }
}

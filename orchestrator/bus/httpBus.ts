import { MillraceError } from '../core/errors/millraceError.ts';
import type { Bus, BusEvent, PublishFailure, PublishResult } from './bus.ts';

/** Longer than any bus should think, shorter than the publisher's own time limit. */
const timeoutMs = 10_000;

/** Thrown when a bus did not take a call, or answered what cannot be read: all of its events are published again. */
export class BusUnavailableError extends MillraceError {
  override readonly code = 'BusUnavailable';
  override readonly name = 'BusUnavailableError';
}

/** A bus behind an HTTP endpoint, as the local cloud has one: `POST {"events": […]}`, answered by `{"failures": […]}`. */
export class HttpBus implements Bus {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** @throws BusUnavailableError */
  async publish(events: readonly BusEvent[]): Promise<PublishResult> {
    const answer = await this.#post(JSON.stringify({ events }));
    const text = await answer.text();
    if (!answer.ok) throw this.#unavailable(`it answered ${answer.status}: ${text.slice(0, 500)}`);
    const failures = failuresOf(text);
    if (!failures) throw this.#unavailable(`its answer has no failures: ${text.slice(0, 500)}`);
    return { failures };
  }

  async #post(body: string): Promise<Response> {
    try {
      return await fetch(this.#endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      // The reason of a fetch that failed is in its cause.
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw this.#unavailable(String(reason));
    }
  }

  #unavailable(reason: string): BusUnavailableError {
    return new BusUnavailableError(`The bus at ${this.#endpoint} did not take the events: ${reason}`);
  }
}

function failuresOf(text: string): PublishFailure[] | undefined {
  try {
    const answer: { readonly failures?: unknown } | null = JSON.parse(text);
    return Array.isArray(answer?.failures) ? answer.failures : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

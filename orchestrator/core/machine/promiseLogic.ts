import { type AnyActorLogic, createActor } from 'xstate';
import type { Json } from '../json.ts';

/**
 * Runs `fromPromise` logic once, outside any machine, as the worker host does. It rejects with what the promise rejects
 * with, or with the reason of `signal`, which also aborts the `signal` that the promise function is given.
 */
export function runPromiseLogic(
  logic: AnyActorLogic,
  input: Json | undefined,
  options: { readonly id?: string; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const { id, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const actor = createActor(logic, { input, ...(id === undefined ? {} : { id }) });
    const stop = () => {
      reject(signal?.reason);
      actor.stop();
    };
    const settle = (settled: () => void) => {
      signal?.removeEventListener('abort', stop);
      settled();
    };
    // Subscribed before the start: an error that nobody listens for would end the process.
    actor.subscribe({
      complete: () => settle(() => resolve(actor.getSnapshot().output)),
      error: (error: unknown) => settle(() => reject(error)),
    });
    signal?.addEventListener('abort', stop, { once: true });
    actor.start();
  });
}

import { type AnyActorLogic, createActor } from 'xstate';
import { MillraceError } from '../errors/millraceError.ts';

/** Thrown for a promise that emits: listeners are not in the process that runs it. */
export class EmittedFromTaskError extends MillraceError {
  override readonly code = 'EmittedFromTask';
  override readonly name = 'EmittedFromTaskError';
  constructor(eventType: string) {
    super(`A task cannot emit '${eventType}': return it as output, and emit it in the machine's onDone.`);
  }
}

/**
 * Runs `fromPromise` logic once, outside any machine, as the worker host does. It rejects with what the promise rejects
 * with, or with the reason of `signal`, which also aborts the `signal` that the promise function is given.
 */
export function runPromiseLogic(
  logic: AnyActorLogic,
  input: unknown,
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
    // XState would not report it.
    actor.on('*', (event: { readonly type: string }) => {
      settle(() => reject(new EmittedFromTaskError(event.type)));
    });
    // Subscribed before the start: an error without a listener would end the process.
    actor.subscribe({
      complete: () => settle(() => resolve(actor.getSnapshot().output)),
      error: (error: unknown) => settle(() => reject(error)),
    });
    signal?.addEventListener('abort', stop, { once: true });
    actor.start();
  });
}

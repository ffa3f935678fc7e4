import { type AnyActorRef, type AnyStateMachine, createActor, fromTransition, toPromise } from 'xstate';
import { isReservedEventType } from '../policy/eventTypes.ts';

/**
 * Runs the machine of an item in plain XState, and answers its output.
 *
 * @param options.each the actor of `each()`: the machine's events for its parent are for that one's parent
 */
export async function runItemMachine(
  machine: AnyStateMachine,
  input: unknown,
  { signal, each }: { readonly signal: AbortSignal; readonly each: AnyActorRef },
): Promise<unknown> {
  const parent = createActor(
    fromTransition((state: undefined, event: { readonly type: string }) => {
      // XState reports the end of the machine, too.
      if (!isReservedEventType(event.type)) each._parent?.send(event);
      return state;
    }, undefined),
  ).start();
  const actor = createActor(machine, { input, parent });
  const stop = () => {
    actor.stop();
  };
  signal.addEventListener('abort', stop);
  try {
    const ended = toPromise(actor);
    actor.start();
    return await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    parent.stop();
  }
}

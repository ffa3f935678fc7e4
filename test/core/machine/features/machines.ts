import { type AnyStateMachine, assign, createMachine, fromPromise } from 'xstate';

export const work = fromPromise(async (): Promise<unknown> => 'done');

/** A machine with a `work` actor, whose config the types of XState need not follow. */
export function machine(config: object, implementations: object = {}): AnyStateMachine {
  return createMachine({ id: 'm', ...config } as never, { actors: { work }, ...implementations } as never);
}

/** Notes in `context.met` that it was here. */
export function met(what: string) {
  return assign({ met: ({ context }: { context: { met?: string[] } }) => [...(context.met ?? []), what] });
}

/** Notes the type of the event. */
export const metEvent = assign({
  met: ({ context, event }: { context: { met?: string[] }; event: { type: string } }) => [
    ...(context.met ?? []),
    event.type,
  ],
});

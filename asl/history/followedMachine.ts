import type { AnyStateMachine } from 'xstate';
import { worker } from '../../workers/worker.ts';
import { compileDefinition } from '../compile/compileDefinition.ts';
import type { Identity } from '../compile/context.ts';
import type { Observer } from '../compile/observer.ts';
import { refusalOf } from '../integrations/activity.ts';
import type { Json, JsonObject } from '../json.ts';
import { asksForExecutionInput } from '../model/executionInput.ts';
import { readDefinition } from '../model/readDefinition.ts';

export interface FollowedMachineOptions {
  readonly id: string;
  readonly identity: Identity;
  readonly observe: Observer;
}

/** The input of the workers of a followed machine. */
export interface FollowedTask {
  /** Address of the machine whose task it is. */
  readonly actor: string;
  /** The state's arguments. */
  readonly given: Json;
}

/**
 * The machine of a definition whose tasks are answered from outside: each is a worker that is named like its actor, by its path, gets a
 * {@link FollowedTask}, and has its result by its token. Files are read and written by workers, too, which answer at once.
 */
export function followedMachine(
  definition: JsonObject,
  { id, identity, observe }: FollowedMachineOptions,
): AnyStateMachine {
  return compileDefinition(readDefinition(definition), {
    id,
    identity,
    observe,
    integrate: ({ task }) => ({
      logic: worker({ waitForResult: true }),
      input: (given, { actor }) => ({ input: { actor, given } satisfies FollowedTask }),
      result: (output) => output,
      failure: (error) => refusalOf(error, task),
    }),
    fileTask: () => worker(),
    keepsInput: asksForExecutionInput(definition),
  });
}

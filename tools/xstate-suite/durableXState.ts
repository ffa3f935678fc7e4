import { type AnyActorLogic, type AnyStateMachine, createActor as createActorOfXState } from 'xstate';
import { isStateMachine } from '../../orchestrator/core/machine/xstateInternals.ts';
import { DurableActor, type DurableActorOptions } from './durableActor.ts';

export * from 'xstate';

/** In the place of XState's: a machine is stepped by Millrace's core, and nothing but its stored text is kept. */
export function createActor(logic: AnyActorLogic, options: DurableActorOptions = {}): unknown {
  return isMachine(logic) ? new DurableActor(logic, options) : createActorOfXState(logic, options);
}

function isMachine(logic: AnyActorLogic): logic is AnyStateMachine {
  return isStateMachine(logic);
}

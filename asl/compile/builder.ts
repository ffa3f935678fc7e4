import type { AnyActorLogic } from 'xstate';
import type { EachOptions } from '../../orchestrator/core/policy/eachOptions.ts';
import type { StateGraph } from '../model/model.ts';
import { frameOf } from './act.ts';
import type { Region } from './config.ts';
import type { Context, Identity } from './context.ts';
import type { Integration, TaskPlace } from './integration.ts';
import type { Observing } from './observer.ts';
import type { Place } from './place.ts';

/** Puts the parts of a machine together. */
export interface Builder extends Observing {
  readonly identity: Identity;
  /** How a task is run. */
  integrate(task: TaskPlace): Integration;
  /** Reads the items of a Map state from files, or writes its results. @param path of the state and what it is */
  fileTask(kind: 'ItemReader' | 'ResultWriter', path: string): AnyActorLogic;
  /** A part of a machine, with states of its own. */
  region(graph: StateGraph, place: Place): Region;
  /** Adds the actor that works on the items of a Map state. */
  addItems(src: string, graph: StateGraph, options: Pick<EachOptions, 'outcomesInError'>): void;
  /** An id that nothing else in the machine has. */
  newId(): string;
  addActor(src: string, logic: AnyActorLogic): void;
  /** Name of a delay that the state of a scope says. */
  delayOf(scope: string, name: string): string;
}

export function delayInScope(scope: string): (given: { readonly context: Context }) => number {
  return ({ context }) => frameOf(context, scope).state?.delayMs ?? 0;
}

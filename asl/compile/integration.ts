import type { AnyActorLogic } from 'xstate';
import type { Json } from '../json.ts';
import type { TaskState } from '../model/model.ts';

/** A Task state in its definition. */
export interface TaskPlace {
  /** The definition's names from its start, divided by slashes: `Each order/Charge`. */
  readonly path: string;
  readonly task: TaskState;
}

/** How a task is run. */
export interface Integration {
  readonly logic: AnyActorLogic;
  /** What the actor gets, from the state's arguments. */
  input(given: Json): unknown;
  /** The state's result, from what the actor gave. */
  result(output: Json): Json;
}

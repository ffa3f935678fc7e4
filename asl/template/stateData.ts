import type { Json } from '../json.ts';
import type { Random } from '../random.ts';

/** Values of variables, by their names. */
export type Variables = { readonly [name: string]: Json };

/**
 * The data that a field of a state sees, for a field that is a function.
 *
 * @typeParam Input of the state, where its author knows it
 */
export interface StateData<Input extends Json = Json, Assigned extends Variables = Variables> {
  /** JSONata's `$states.input`. In a JSONPath state, what `$` is in the field: in `resultSelector` the result. */
  readonly input: Input;
  /** JSONata's `$states.result`; null where there is none. */
  readonly result: Json;
  /** JSONata's `$states.errorOutput`, in a catcher. */
  readonly errorOutput: { readonly Error: string; readonly Cause: string };
  readonly variables: Assigned;
  /** When the state was entered or went on, in milliseconds since the epoch. A replay has the same. */
  readonly now: number;
  /** Numbers and UUIDs that follow from the execution. A replay has the same. */
  readonly random: Random;
}

/** A field that is a function. As a method, so that one for a known input fits where any is taken. */
export type StateFunction<State = StateData> = { of(state: State): Json }['of'];

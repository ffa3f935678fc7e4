import { isObject, type Json } from '../json.ts';
import type { Random } from '../random.ts';
import type { Scope, Variables } from './evaluate.ts';

/**
 * What a field of a state sees, for a field that is a function.
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

export function stateDataOf({ data, states, variables, surroundings }: Scope): StateData {
  return {
    input: data,
    result: states.result ?? null,
    errorOutput: errorOutputOf(states.errorOutput),
    variables,
    ...surroundings,
  };
}

function errorOutputOf(value: Json | undefined): StateData['errorOutput'] {
  const { Error: error, Cause: cause } = value !== undefined && isObject(value) ? value : {};
  return { Error: typeof error === 'string' ? error : '', Cause: typeof cause === 'string' ? cause : '' };
}

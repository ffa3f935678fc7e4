import { type AnyStateMachine, matchesState, type StateValue } from 'xstate';

/** What `snapshot.matches` says of a stored state value: a state's path with dots, or a state value, perhaps in part. */
export function isInState(value: StateValue, wanted: StateValue): boolean {
  return matchesState(wanted, value);
}

/** What `snapshot.hasTag` says of a stored state value. A machine that does not have the state has no tag in it. */
export function hasTag(machine: AnyStateMachine, value: StateValue, tag: string): boolean {
  try {
    return machine.resolveState({ value, context: {} }).hasTag(tag);
  } catch {
    return false;
  }
}

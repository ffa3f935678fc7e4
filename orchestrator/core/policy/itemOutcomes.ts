import type { Json } from '../data/json.ts';
import type { ItemError } from './thresholdError.ts';

/** The outcome of an item when its list fails: an entry of the `outcomes` that `outcomesInError` asks for. */
export type EachOutcome<Output = unknown> =
  | { readonly status: 'done'; readonly output: Output }
  | { readonly status: 'error'; readonly error: ItemError }
  /** It was worked on when the list failed. */
  | { readonly status: 'stopped' }
  | { readonly status: 'notStarted' };

/** An {@link EachOutcome} as data: errors are marked. */
export type OutcomeData =
  | { readonly status: 'done'; readonly output: Json }
  | { readonly status: 'error'; readonly error: Json }
  | { readonly status: 'stopped' | 'notStarted' };

export function isOutcomeList(value: Json | undefined): value is OutcomeData[] {
  return (
    Array.isArray(value) &&
    value.every(
      (each: Json) =>
        typeof each === 'object' && each !== null && 'status' in each && typeof each.status === 'string',
    )
  );
}

/** The entry that an item with this outcome has in the output of a list that did not fail. */
export function outputOfOutcome(outcome: OutcomeData): Json {
  switch (outcome.status) {
    case 'done':
      return outcome.output;
    case 'error':
      return { error: outcome.error };
    case 'stopped':
    case 'notStarted':
      return null;
  }
}

import type { Json } from '../data/json.ts';
import { messageOfThrown, nameOfThrown, type TaskError } from '../data/thrown.ts';

/** The error that a failed item's task threw: an Error with its own fields, and without its stack. */
export interface ItemError {
  readonly name: string;
  readonly message: string;
  readonly [key: string]: Json | undefined;
}

/** Stands in the output of `each()` for an item that failed. */
export interface FailedItem {
  readonly error: ItemError;
}

/** Step Functions' name for a Map in which more items failed than it tolerates. */
export const thresholdErrorName = 'States.ExceedToleratedFailureThreshold';

/** As many of the errors as help to see what is wrong. */
export const errorsShown = 5;
const longestMessage = 500;

/** An item that failed, as far as an error of the whole describes it. */
export type ItemFailure = {
  readonly index: number;
  readonly name: string;
  readonly message: string;
};

export function itemFailure(index: number, error: TaskError): ItemFailure {
  return { index, name: nameOfThrown(error), message: messageOfThrown(error).slice(0, longestMessage) };
}

export function isFailureList(value: Json | undefined): value is ItemFailure[] {
  return (
    Array.isArray(value) &&
    value.every(
      (each: Json) => typeof each === 'object' && each !== null && 'index' in each && 'name' in each,
    )
  );
}

/** What `onError` gets when more items failed than are tolerated. */
export function thresholdError(
  failures: readonly ItemFailure[],
  count: number,
  tolerated: number,
  failed: number = failures.length,
): {
  readonly name: string;
  readonly message: string;
  readonly failures: number;
  readonly count: number;
  readonly errors: readonly ItemFailure[];
} {
  const errors = failures.slice(0, errorsShown);
  const first = errors[0];
  const example = first ? ` Item ${first.index}: ${first.name}: ${first.message}` : '';
  return {
    name: thresholdErrorName,
    message: `${failed} of ${count} items failed, more than the ${tolerated} that are tolerated.${example}`,
    failures: failed,
    count,
    errors,
  };
}

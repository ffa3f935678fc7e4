import type { Json } from '../data/json.ts';
import { escapedData, type TaskError, thrownAsJson } from '../data/thrown.ts';
import { errorsShown, type ItemFailure, itemFailure, thresholdError } from '../policy/thresholdError.ts';
import type { ListInWork } from './hostedMachine.ts';

/** The error for the machine that works on the list. Its `cause` is the failure that was one too many. */
export function listError(list: ListInWork): TaskError {
  const { failures, count, tolerated } = list;
  const { errors, ...rest } = thresholdError(firstFailures(list), count, tolerated, failures.length);
  return { ...rest, errors: errors.map((error) => ({ ...error })), ...causeOf(list) };
}

/** The result of a part of a list. The execution that works on the list has no use for its outputs. */
export function partResult(list: ListInWork, isTooMany: boolean): Json {
  const { failures } = list;
  const errors = firstFailures(list).map((error) => ({ ...error }));
  if (isTooMany) return { failed: failures.length, errors, ...causeOf(list) };
  const { output, isMessage } = list.output();
  return { failed: failures.length, errors, outputs: isMessage ? output : output.map(escapedData) };
}

function firstFailures({ failures }: ListInWork): readonly ItemFailure[] {
  return failures.slice(0, errorsShown).map(({ index, error }) => itemFailure(index, error));
}

function causeOf({ failures }: ListInWork): { readonly cause?: Json } {
  const last = failures.at(-1);
  const cause = last && thrownAsJson(last.error);
  return cause === undefined ? {} : { cause };
}

import type { Json } from '../data/json.ts';
import { escapedData, type TaskError, thrownAsJson } from '../data/thrown.ts';
import type { ResolvedEachOptions } from '../policy/eachOptions.ts';
import type { OutcomeData } from '../policy/itemOutcomes.ts';
import { errorsShown, type ItemFailure, itemFailure, thresholdError } from '../policy/thresholdError.ts';
import type { ListInWork } from './hostedMachine.ts';

type Options = Pick<ResolvedEachOptions, 'outcomesInError'>;

/** The error for the machine that works on the list. Its `cause` is the failure that was one too many. */
export function listError(list: ListInWork, { outcomesInError }: Options): TaskError {
  const { failures, count, tolerated } = list;
  const { errors, ...rest } = thresholdError(firstFailures(list), count, tolerated, failures.length);
  return {
    ...rest,
    errors: errors.map((error) => ({ ...error })),
    ...causeOf(list),
    ...(outcomesInError && outcomesOf(list)),
  };
}

/** The result of a part of a list. The execution that works on the list has no use for its outputs. */
export function partResult(list: ListInWork, { outcomesInError }: Options): Json {
  const { failures, tolerated } = list;
  const errors = firstFailures(list).map((error) => ({ ...error }));
  const isTooMany = failures.length > tolerated;
  const common = {
    failed: failures.length,
    errors,
    ...(list.updates !== undefined && { tolerated }),
    ...(isTooMany && { isTooMany, ...causeOf(list) }),
  };
  if (outcomesInError && (failures.length > 0 || !list.isDone)) return { ...common, ...outcomesOf(list) };
  if (isTooMany) return common;
  const { output, isMessage } = list.output();
  return { ...common, outputs: isMessage ? output : output.map(escapedData) };
}

function outcomesOf(list: ListInWork): { readonly outcomes: OutcomeData[] } {
  return { outcomes: list.outcomes().map((outcome) => ({ ...outcome })) };
}

function firstFailures({ failures }: ListInWork): readonly ItemFailure[] {
  return failures.slice(0, errorsShown).map(({ index, error }) => itemFailure(index, error));
}

function causeOf({ failures }: ListInWork): { readonly cause?: Json } {
  const last = failures.at(-1);
  const cause = last && thrownAsJson(last.error);
  return cause === undefined ? {} : { cause };
}

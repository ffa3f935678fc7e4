import type { Json } from '../orchestrator/core/data/json.ts';
import type { TaskError } from '../orchestrator/core/data/thrown.ts';
import type { ItemOutcome, RunningList } from '../orchestrator/core/execution/lists/runningList.ts';
import type { ResultEntry } from '../orchestrator/core/execution/model/entries.ts';
import { taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import { errorsShown, itemFailure } from '../orchestrator/core/policy/thresholdError.ts';
import { isFailedItem } from '../workers/each.ts';
import { ImpossibleTestError } from './errors.ts';

type Outcome = { readonly output: Json | undefined } | { readonly error: TaskError };

/** The results that the items of a list would have, from what a test says of the whole. */
export function listResults(
  { task, worker, first, count }: RunningList,
  outcome: Outcome,
  entry: string,
): (ResultEntry & { readonly index: number })[] {
  const outputs = 'error' in outcome ? undefined : outcome.output;
  if (outputs !== undefined && !(Array.isArray(outputs) && outputs.length === count)) {
    throw new ImpossibleTestError(`${entry}: '${worker}' works on a list of ${count}: give as many outputs.`);
  }
  return Array.from({ length: count }, (_, i) => {
    const output: unknown = Array.isArray(outputs) ? outputs[i] : undefined;
    const error = 'error' in outcome ? outcome.error : isFailedItem(output) ? output.error : undefined;
    const numbers = { task, index: first + i, attempt: 1 };
    const result = error
      ? ({ status: 'FAILED', error } as const)
      : ({ status: 'SUCCEEDED', output: (output ?? null) as Json } as const);
    return { kind: 'result', reference: taskKey(numbers), ...numbers, result };
  });
}

/** The result as one that no other attempt follows. */
export function asLast(entry: ResultEntry): ResultEntry {
  const { result } = entry;
  return result.status === 'FAILED' && !result.error.$thrown
    ? { ...entry, result: { ...result, error: { ...result.error, retryable: false } } }
    : entry;
}

export function exceptionsOf(results: ReturnType<typeof listResults>): ItemOutcome[] {
  return results
    .filter(({ result }) => result.status === 'FAILED')
    .map(({ index, attempt }) => ({ index, attempt, status: 'FAILED' }));
}

/** The part of the failed items that an error of the whole has. */
export function failuresOf(failed: ReturnType<typeof listResults>) {
  return failed
    .slice(0, errorsShown)
    .flatMap(({ index, result }) => (result.status === 'FAILED' ? [itemFailure(index, result.error)] : []));
}

import { childId } from '../../orchestrator/core/execution/model/addresses.ts';
import { journalEntryOf } from '../../orchestrator/core/execution/model/inlinedResult.ts';
import type { Recorded } from './checks.ts';

/** Items of a long list that one execution works on, and the number of the first one. */
const partOfList = { items: 200, first: 10 };

/** The executions that have worked on the parts of a long list. */
export function partsOf(
  executionId: string,
  { task, count }: { readonly task: number; readonly count: number },
  recordedOf: (executionId: string) => Recorded | undefined,
): readonly Recorded[] {
  const whole = childId(executionId, task);
  return Array.from({ length: Math.ceil(count / partOfList.items) }, (_, part) =>
    recordedOf(childId(whole, partOfList.first + part)),
  ).filter((part) => part !== undefined);
}

/**
 * The items of a list whose task has succeeded, by the logs of the executions that have worked on them. A worker answers the
 * number of its item.
 */
export function succeededItems(parts: readonly Recorded[], areTasks: boolean): ReadonlySet<number> {
  const succeeded = new Set<number>();
  for (const { log, journal } of parts) {
    for (const entry of log) {
      const item = journalEntryOf(entry, journal);
      if (item?.kind !== 'result' || entry.verdict.type !== 'applied') continue;
      const isOfTask = item.index !== undefined;
      if (isOfTask !== areTasks || item.result.status !== 'SUCCEEDED') continue;
      succeeded.add(Number(item.result.output));
    }
  }
  return succeeded;
}

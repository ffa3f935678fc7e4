import { childId } from './core/execution/addresses.ts';
import { exceptionsOf, type FanOut } from './core/execution/fanOut.ts';
import {
  ItemResultMissingError,
  type ItemResults,
  ItemResultsNeeded,
  itemResultsOf,
} from './core/execution/listOutcome.ts';
import { partResultOf } from './core/execution/listPart.ts';
import { childOfPart } from './core/execution/listParts.ts';
import type { Table } from './table/table.ts';

const partsInFlight = 16;

/** The results of a list that other executions worked on: each part's are in its own journal. */
export async function readListResults(
  table: Pick<Table, 'readExecution' | 'readItemResults'>,
  executionId: string,
  fanOut: FanOut,
): Promise<ItemResults> {
  const { task, count, items } = fanOut;
  const ids = Array.from({ length: Math.ceil(count / items.pageSize) }, (_, part) =>
    childId(childId(executionId, task), childOfPart(part)),
  );
  const read = async (id: string) => {
    const execution = await table.readExecution(id);
    const result = partResultOf(execution?.output);
    if (!result) throw new ItemResultMissingError(task, { index: 0, attempt: 1 });
    const entries = (await table.readItemResults(id, 0)).filter((entry) => entry.kind === 'result');
    const exceptions = result.exceptions === undefined ? [] : exceptionsOf(result.exceptions);
    return { entries, exceptions: exceptions ?? [] };
  };
  const parts: Awaited<ReturnType<typeof read>>[] = [];
  for (let from = 0; from < ids.length; from += partsInFlight) {
    parts.push(...(await Promise.all(ids.slice(from, from + partsInFlight).map(read))));
  }
  return itemResultsOf(
    parts.flatMap(({ entries }) => entries),
    parts.flatMap(({ exceptions }) => exceptions),
  );
}

/**
 * Takes steps of an execution again, such as a replay does, with the results of lists that other executions worked on:
 * these are in their journals, and are read when a step asks for them.
 */
export async function withListResults<T>(
  table: Pick<Table, 'readExecution' | 'readItemResults'>,
  executionId: string,
  take: (itemResults: ReadonlyMap<number, ItemResults>) => T,
): Promise<T> {
  const itemResults = new Map<number, ItemResults>();
  for (;;) {
    try {
      return take(itemResults);
    } catch (error) {
      if (!(error instanceof ItemResultsNeeded) || itemResults.has(error.fanOut.task)) throw error;
      itemResults.set(error.fanOut.task, await readListResults(table, executionId, error.fanOut));
    }
  }
}

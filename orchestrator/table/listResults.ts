import {
  ItemResultMissingError,
  type ItemResults,
  itemResultsOf,
} from '../core/execution/lists/itemResults.ts';
import { partResultOf } from '../core/execution/lists/listPart.ts';
import { childOfPart } from '../core/execution/lists/listParts.ts';
import { exceptionsOf, type RunningList } from '../core/execution/lists/runningList.ts';
import { childId } from '../core/execution/model/addresses.ts';
import { ItemResultsNeeded } from '../core/execution/replay/itemResultsNeeded.ts';
import type { Executions, JournalReader } from './table.ts';

/** The parts of the table that results of lists are read from. */
export interface ListResultsTable {
  readonly executions: Pick<Executions, 'read'>;
  readonly journal: Pick<JournalReader, 'readItemResults'>;
}

const partsInFlight = 16;

/** The results of a list that other executions worked on: each part's are in its own journal. */
export async function readListResults(
  table: ListResultsTable,
  executionId: string,
  list: RunningList,
): Promise<ItemResults> {
  const { task, count, items } = list;
  const ids = Array.from({ length: Math.ceil(count / items.pageSize) }, (_, part) =>
    childId(childId(executionId, task), childOfPart(part)),
  );
  const read = async (id: string) => {
    const execution = await table.executions.read(id);
    const result = partResultOf(execution?.output);
    if (!result) throw new ItemResultMissingError(task, { index: 0, attempt: 1 });
    const entries = (await table.journal.readItemResults(id, 0)).filter((entry) => entry.kind === 'result');
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

/** Results of lists that other executions worked on, by task, as a replay asks for them. */
export type ListResults = Map<number, ItemResults>;

/**
 * Takes a step of a replay. Where a list ends with it that other executions worked on, its results are read from their
 * journals, added to `itemResults`, and it is taken again.
 */
export async function withListResults<T>(
  table: ListResultsTable,
  executionId: string,
  itemResults: ListResults,
  take: () => T,
): Promise<T> {
  for (;;) {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof ItemResultsNeeded) || itemResults.has(error.list.task)) throw error;
      itemResults.set(error.list.task, await readListResults(table, executionId, error.list));
    }
  }
}

import type { Json } from '../core/data/json.ts';
import {
  ItemResultMissingError,
  type ItemResults,
  itemResultsOf,
} from '../core/execution/lists/itemResults.ts';
import { PageNeeded, pageName } from '../core/execution/lists/listItems.ts';
import { type PartResult, partResultOf } from '../core/execution/lists/listPart.ts';
import { childOfPart } from '../core/execution/lists/listParts.ts';
import {
  exceptionsOf,
  type ItemOutcome,
  notStarted,
  type RunningList,
} from '../core/execution/lists/runningList.ts';
import { childId } from '../core/execution/model/addresses.ts';
import type { ResultEntry } from '../core/execution/model/entries.ts';
import { ItemResultsNeeded } from '../core/execution/replay/itemResultsNeeded.ts';
import type { OutcomeData } from '../core/policy/itemOutcomes.ts';
import type { Executions, JournalReader, ListPages } from './table.ts';

/** The parts of the table that results of lists are read from. */
export interface ListResultsTable {
  readonly executions: Pick<Executions, 'read'>;
  readonly journal: Pick<JournalReader, 'readItemResults'>;
  readonly lists: Pick<ListPages, 'readPage'>;
}

const partsInFlight = 16;

/**
 * The results of a list that other executions worked on: each part's are in its own journal. Parts that begin at the list's
 * `next`, or after it, were not started, unless that is its first item.
 */
export async function readListResults(
  table: ListResultsTable,
  executionId: string,
  list: RunningList,
): Promise<ItemResults> {
  const { task, count, items } = list;
  const whole = childId(executionId, task);
  const end = list.next > list.first ? list.next : count;
  // A list of one page is not divided.
  const ids =
    count <= items.pageSize
      ? [whole]
      : Array.from({ length: Math.ceil(end / items.pageSize) }, (_, part) =>
          childId(whole, childOfPart(part)),
        );
  const read = async (id: string): Promise<PartRead> => {
    const execution = await table.executions.read(id);
    const result = partResultOf(execution?.output);
    if (!result) throw new ItemResultMissingError(task, { index: 0, attempt: 1 });
    const { outputs, outcomes } = result;
    if (outputs || outcomes) return { entries: [], exceptions: [], outputs, outcomes };
    const entries = (await table.journal.readItemResults(id, 0)).filter((entry) => entry.kind === 'result');
    const exceptions = result.exceptions === undefined ? [] : exceptionsOf(result.exceptions);
    return { entries, exceptions: exceptions ?? [] };
  };
  const parts: PartRead[] = [];
  for (let from = 0; from < ids.length; from += partsInFlight) {
    parts.push(...(await Promise.all(ids.slice(from, from + partsInFlight).map(read))));
  }
  const left = notStarted(end, count);
  if (parts.some(({ outcomes }) => outcomes)) {
    const outcomes = parts.flatMap(outcomesOf);
    return { entries: new Map(), outcomes: [...outcomes, ...left.map(() => notStartedOutcome)] };
  }
  if (parts.some(({ outputs }) => outputs)) {
    return { entries: new Map(), outputs: parts.flatMap(({ outputs = [] }) => outputs) };
  }
  return itemResultsOf(
    parts.flatMap(({ entries }) => entries),
    [...parts.flatMap(({ exceptions }) => exceptions), ...left],
  );
}

/** The data that the results of a part are in. */
interface PartRead {
  readonly entries: readonly ResultEntry[];
  readonly exceptions: readonly ItemOutcome[];
  readonly outputs?: PartResult['outputs'] | undefined;
  readonly outcomes?: PartResult['outcomes'] | undefined;
}

const notStartedOutcome: OutcomeData = { status: 'notStarted' };

function outcomesOf({ outputs = [], outcomes }: PartRead): readonly OutcomeData[] {
  return outcomes ?? outputs.map((output) => ({ status: 'done', output }));
}

/** The part of lists that is in other executions' partitions, as a replay asks for it. */
export interface OthersLists {
  /** By task. */
  readonly itemResults: Map<number, ItemResults>;
  readonly pages: Map<string, readonly Json[]>;
}

export function noLists(): OthersLists {
  return { itemResults: new Map(), pages: new Map() };
}

/**
 * Takes a step of a replay. Where it needs data of lists from other executions' partitions, that is read, added to `known`,
 * and the step is taken again.
 */
export async function withListResults<T>(
  table: ListResultsTable,
  executionId: string,
  known: OthersLists,
  take: () => T,
): Promise<T> {
  for (;;) {
    try {
      return take();
    } catch (error) {
      if (error instanceof PageNeeded && !known.pages.has(pageName(error.address))) {
        known.pages.set(pageName(error.address), await readPage(table, error));
      } else if (error instanceof ItemResultsNeeded && !known.itemResults.has(error.list.task)) {
        known.itemResults.set(error.list.task, await readListResults(table, executionId, error.list));
      } else throw error;
    }
  }
}

/** Rejects with the need itself where the page is not there any more. */
async function readPage({ lists }: ListResultsTable, needed: PageNeeded): Promise<readonly Json[]> {
  const { items, page } = needed.address;
  const { executionId, task, hash } = items;
  const found = await lists.readPage(executionId, { task, hash, page });
  if (!found) throw needed;
  return found;
}

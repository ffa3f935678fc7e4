import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { decodeItemsPage } from '../../orchestrator/table/itemsPages.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import type { ListResultsTable } from '../../orchestrator/table/listResults.ts';
import { sortKey, sortKeyPrefix } from '../../orchestrator/table/schema.ts';
import type { SimulatedDatabase } from './database.ts';

/** The lists that executions work on for others, as a replay reads them. */
export function listsIn(database: SimulatedDatabase): ListResultsTable {
  return {
    executions: {
      read: async (executionId) => {
        const item = database.get(executionId, 'execution');
        return item && decodeExecution(item);
      },
    },
    journal: {
      readItemResults: async (executionId, task) =>
        database
          .items(executionId)
          .filter((item) => item.item?.S?.startsWith(sortKeyPrefix.itemResult(task)))
          .flatMap((item) => decodeJournalItem(item) ?? []),
    },
    lists: {
      readPage: async (executionId, { task, hash, page }) => {
        const item = database.get(executionId, sortKey.itemsPage(task, hash, page));
        return item && decodeItemsPage(item);
      },
    },
  };
}

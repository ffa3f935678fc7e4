import type { JournalEntry } from './entries.ts';
import type { Execution } from './execution.ts';

/** Key of the object that holds the entry's data, while it has not been fetched. */
export function unfetchedData(entry: JournalEntry): string | undefined {
  return 'dataAt' in entry ? entry.dataAt : undefined;
}

/**
 * The same, where a step needs it: what an item of a list came to is needed once the list is done, and is read then.
 */
export function neededData(entry: JournalEntry): string | undefined {
  const isOfItem = entry.kind === 'result' && entry.index !== undefined;
  return isOfItem && entry.result.status === 'SUCCEEDED' ? undefined : unfetchedData(entry);
}

/** Key of the object that holds the execution's snapshot, while it has not been fetched. */
export function unfetchedSnapshot({ snapshot, snapshotAt }: Execution): string | undefined {
  return snapshot === undefined ? snapshotAt : undefined;
}

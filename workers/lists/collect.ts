import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { shownData, thrownAsJson } from '../../orchestrator/core/data/thrown.ts';
import { type ListPart, partResultOf } from '../../orchestrator/core/execution/lists/listPart.ts';
import { exceptionsOf } from '../../orchestrator/core/execution/lists/runningList.ts';
import { timeoutErrorName } from '../../orchestrator/core/policy/errorNames.ts';
import type { ObjectStore } from '../../orchestrator/store/objectStore.ts';
import { resultsKey, resultsManifestKey } from '../../orchestrator/table/listKeys.ts';
import type { JournalReader } from '../../orchestrator/table/table.ts';
import { ItemReaderError } from './itemReaderError.ts';

export interface CollectSurroundings {
  readonly store: ObjectStore;
  readonly journal: Pick<JournalReader, 'readItemResults'>;
  readonly executionId: string;
}

/** Writes what the items of a part came to beside the file; of a whole list, which files these are. */
export async function collectResults(input: Json, from: CollectSurroundings): Promise<JsonObject> {
  const result = partResultOf(input);
  const part = result?.part;
  if (!result || !part?.results)
    throw new ItemReaderError('Only an execution that works on a file has results to collect.');
  const { failed, errors } = result;
  if (part.count > 0 && result.isWhole !== true) {
    await writeResults(part, result.exceptions, from);
    return { failed, errors: errors.map((error) => ({ ...error })) };
  }
  const results = resultsManifestKey(part.results);
  const files = Array.from({ length: Math.ceil(part.count / part.items.pageSize) }, (_, page) =>
    resultsKey(part.results ?? '', page),
  );
  const manifest = { count: part.count, succeeded: part.count - failed, failed, files };
  await from.store.put(results, Buffer.from(`${JSON.stringify(manifest)}\n`));
  return {
    failed,
    errors: errors.map((error) => ({ ...error })),
    count: part.count,
    tolerated: part.tolerated,
    results,
  };
}

/** A line an item, in their order: its place in the file, and its output or error. */
async function writeResults(
  { first, count, items, results = '' }: ListPart,
  exceptions: string | undefined,
  { store, journal, executionId }: CollectSurroundings,
): Promise<void> {
  const outcomes = new Map(
    (exceptions === undefined ? [] : (exceptionsOf(exceptions) ?? [])).map((outcome) => [
      outcome.index,
      outcome,
    ]),
  );
  const entries = new Map<string, Json>();
  for (const entry of await journal.readItemResults(executionId, 0)) {
    if (entry.kind !== 'result') continue;
    const { index = 0, attempt, result } = entry;
    const { status } = result;
    entries.set(
      `${index}#${attempt}`,
      status === 'SUCCEEDED'
        ? { index, output: result.output ?? null }
        : { index, error: shownData(thrownAsJson(result.error) ?? null) },
    );
  }
  const lines = Array.from({ length: count }, (_, i) => {
    const index = first + i;
    const { attempt = 1, status } = outcomes.get(index) ?? {};
    const message = `Attempt ${attempt} gave no result in time.`;
    const line =
      status === 'TIMED_OUT'
        ? { index, error: { name: timeoutErrorName, message } }
        : entries.get(`${index}#${attempt}`);
    if (line === undefined) throw new Error(`The result of item ${index} is not in the table any more.`);
    return `${JSON.stringify(line)}\n`;
  });
  const page = Math.floor(first / items.pageSize);
  await store.put(resultsKey(results, page), Buffer.from(lines.join('')));
}

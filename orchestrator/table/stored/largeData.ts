import type { Json } from '../../core/data/json.ts';
import type { JournalEntry } from '../../core/execution/model/entries.ts';
import { maximumDataBytes, type StoredJson } from '../../store/storedJson.ts';
import { StoredDataTooLargeError } from '../errors.ts';
import { dataKey } from './dataKeys.ts';
import { withEntryData } from './storedParts.ts';

/** Fetches of one history that are under way at a time. */
const fetchConcurrency = 4;

/** Data that is too large for an item, in a store. */
export class LargeData {
  readonly data: StoredJson;
  /** Data of more bytes goes to the store. Without a store, everything stays in the items. */
  readonly overBytes: number;

  constructor(data: StoredJson, overBytes: number) {
    this.data = data;
    this.overBytes = data.isConfigured ? overBytes : Number.POSITIVE_INFINITY;
  }

  /** @throws StoredDataTooLargeError, StoredDataError */
  async write(executionId: string, what: string, data: Json | undefined): Promise<string> {
    const text = JSON.stringify(data ?? null);
    const bytes = Buffer.byteLength(text);
    if (bytes > maximumDataBytes) throw new StoredDataTooLargeError(what, bytes, maximumDataBytes);
    const key = dataKey(executionId, text);
    await this.data.write(key, text);
    return key;
  }

  async withData(entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    const fetched: JournalEntry[] = [];
    for (let from = 0; from < entries.length; from += fetchConcurrency) {
      const some = entries.slice(from, from + fetchConcurrency);
      fetched.push(...(await Promise.all(some.map((entry) => withEntryData(this.data, entry)))));
    }
    return fetched;
  }
}

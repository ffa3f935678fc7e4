import { openStore } from '../store/openStore.ts';
import { StoredJson } from '../store/storedJson.ts';
import { StoredTable } from './storedTable.ts';
import type { Table } from './table.ts';

/** What the configuration says of the store for large data. */
export interface StoreSettings {
  /** `s3://bucket/prefix` or `file:///folder`. Absent: there is none. */
  readonly store?: string;
  readonly storeOverKb: number;
}

/** The store of the configuration. Without one it takes nothing, and refuses whatever an item refers to. */
export function openStoredJson({ store }: StoreSettings, now: () => number = Date.now): StoredJson {
  return new StoredJson(store === undefined ? undefined : openStore(store), now);
}

/**
 * The table with its large data in a store.
 *
 * @param fetches whether reads answer with that data, as for anybody but the orchestrator
 */
export function withStore(
  table: Table,
  data: StoredJson,
  { storeOverKb }: StoreSettings,
  { fetches }: { readonly fetches: boolean },
): Table {
  return new StoredTable({ table, data, overBytes: storeOverKb * 1024, fetches });
}

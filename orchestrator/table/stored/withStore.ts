import { openStore } from '../../store/openStore.ts';
import { StoredJson } from '../../store/storedJson.ts';
import type { Table } from '../table.ts';
import { LargeData } from './largeData.ts';
import { StoredExecutions } from './storedExecutions.ts';
import { StoredJournal } from './storedJournal.ts';

/** The configuration of the store for large data. */
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
 * The table with its large data in a store. The data is put there before the item that refers to it is written, so
 * that a reference is never without its object.
 *
 * @param fetches whether reads answer with that data. The orchestrator fetches what a step needs and no more;
 * everyone else wants what is there
 */
export function withStore(
  table: Table,
  data: StoredJson,
  { storeOverKb }: StoreSettings,
  { fetches }: { readonly fetches: boolean },
): Table {
  const store = new LargeData(data, storeOverKb * 1024);
  const { log, attempts, lists, expiries, index, outlines, registry } = table;
  return {
    journal: new StoredJournal(table.journal, store, fetches),
    executions: new StoredExecutions(table.executions, store, fetches),
    log,
    attempts,
    lists,
    expiries,
    index,
    outlines,
    registry,
  };
}

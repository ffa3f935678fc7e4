import type { Attributes } from '../../orchestrator/table/attributes.ts';
import type { Table } from '../../orchestrator/table/table.ts';

/** An empty table of a store, and a way past its interface: what anybody with PutItem and GetItem can do. */
export interface TableUnderTest {
  readonly table: Table;
  /** Writes an item as it is. */
  put(item: Attributes): Promise<void>;
  /** The item as it is stored. */
  get(executionId: string, item: string): Promise<Attributes | undefined>;
  close(): Promise<void>;
}

/** Makes an empty table whose index has so many shards. Without `retentionDays`, what it writes is kept for ever. */
export type TableFactory = (indexShards: number, retentionDays?: number) => Promise<TableUnderTest>;

/** A suite asks for this within a test: the table of that test. */
export type Current = () => TableUnderTest;

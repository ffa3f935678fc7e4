import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { MemoryAttempts } from './memoryAttempts.ts';
import { MemoryExecutions } from './memoryExecutions.ts';
import { MemoryExpiries } from './memoryExpiries.ts';
import { MemoryIndex } from './memoryIndex.ts';
import { MemoryItems } from './memoryItems.ts';
import { MemoryJournal } from './memoryJournal.ts';
import { MemoryListPages } from './memoryListPages.ts';
import { MemoryLog } from './memoryLog.ts';
import { MemoryOutlines } from './memoryOutlines.ts';
import { MemoryRegistry } from './memoryRegistry.ts';

/** A table in memory, with the items that DynamoDB would hold: whatever passes through it went through the codecs. */
export class MemoryTable extends MemoryItems implements Table {
  readonly journal = new MemoryJournal(this);
  readonly executions: MemoryExecutions;
  readonly log = new MemoryLog(this);
  readonly attempts: MemoryAttempts;
  readonly lists = new MemoryListPages(this);
  readonly expiries = new MemoryExpiries(this);
  readonly index: MemoryIndex;
  readonly outlines = new MemoryOutlines(this);
  readonly registry = new MemoryRegistry(this);

  /** @param now milliseconds since the epoch, from which items are kept for as long as the layout says */
  constructor(layout: TableLayout = { indexShards: 1 }, now: () => number = () => 0) {
    super(layout, now);
    this.executions = new MemoryExecutions(this, layout);
    this.attempts = new MemoryAttempts(this, layout.indexShards);
    this.index = new MemoryIndex(this, layout.indexShards);
  }

  /** The earliest time that an execution is to be woken at; infinite where none is. */
  nextWakeAt(): number {
    return this.index.nextWakeAt();
  }

  allExecutions(): Execution[] {
    return [...this.items.values()].filter((item) => item.item?.S === sortKey.execution).map(decodeExecution);
  }
}

import type { Json } from '../../orchestrator/core/data/json.ts';
import type { OutgoingItem } from '../../orchestrator/core/execution/children/messages.ts';
import type { Emission } from '../../orchestrator/core/execution/model/emission.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import type { OpenTask } from '../../orchestrator/core/execution/model/openTask.ts';
import { type Attributes, attributesSize } from '../../orchestrator/table/attributes.ts';
import { decodeExecution, encodeExecution } from '../../orchestrator/table/executionItem.ts';
import { logTextOf } from '../../orchestrator/table/logText.ts';
import { encodeOutgoing } from '../../orchestrator/table/outgoingItems.ts';
import type { CommitOutcome, HistoryItems } from '../../orchestrator/table/requests.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import { maximumItemBytes, sortKey } from '../../orchestrator/table/schema.ts';
import type { Executions } from '../../orchestrator/table/table.ts';
import { entriesOf, type MemoryItems } from './memoryItems.ts';

/** The `execution` items, in memory. */
export class MemoryExecutions implements Executions {
  readonly #items: MemoryItems;
  readonly #layout: TableLayout;

  constructor(items: MemoryItems, layout: TableLayout) {
    this.#items = items;
    this.#layout = layout;
  }

  async read(executionId: string): Promise<Execution | undefined> {
    const item = this.#item(executionId);
    return item && decodeExecution(item);
  }

  readEventually(executionId: string): Promise<Execution | undefined> {
    return this.read(executionId);
  }

  #item(executionId: string): Attributes | undefined {
    const item = this.#items.get(executionId, sortKey.execution);
    return this.#items.unexpired(item ? [item] : [])[0];
  }

  async readTaskInput({ input = null }: OpenTask): Promise<Json> {
    return input;
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const execution = await this.read(executionId);
    const counted = this.#items.counted(this.#items.partitionOf(executionId), execution);
    const texts = new Map(counted.map((item) => [item.item?.S, logTextOf(item.log)]));
    const segments: string[] = [];
    for (let number = 0; number < (execution?.logSegments ?? 0); number++) {
      const text = texts.get(sortKey.logSegment(number));
      if (text !== undefined) segments.push(text);
    }
    return { execution, journal: entriesOf(counted), segments };
  }

  async commit(
    execution: Execution,
    outgoing: readonly OutgoingItem[] = [],
    emitted: readonly Emission[] = [],
  ): Promise<CommitOutcome> {
    const encoded = encodeExecution(execution, this.#layout, emitted);
    if (encoded.type === 'tooLarge') return encoded;
    const stored = this.#item(execution.executionId);
    const current = stored && decodeExecution(stored);
    const isStill =
      execution.version === 1
        ? current === undefined
        : current?.version === execution.version - 1 && current.startedAt === execution.startedAt;
    if (!isStill) return { type: 'conflict', current };
    const items = outgoing.map((item) => encodeOutgoing(item, this.#items.expiry(), execution.traceparent));
    const tooLarge = Math.max(0, ...items.map(attributesSize));
    if (tooLarge > maximumItemBytes) return { type: 'tooLarge', bytes: tooLarge };
    this.#items.put(encoded.item);
    for (const item of items) this.#items.insert(item);
    this.#items.commits += 1;
    this.#items.onCommit(encoded.item);
    return { type: 'committed' };
  }
}

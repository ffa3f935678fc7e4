import type { LogSegment } from '../../orchestrator/core/execution/step/advance.types.ts';
import { logTextOf, segmentLog } from '../../orchestrator/table/logText.ts';
import type { InsertSegmentOutcome } from '../../orchestrator/table/requests.ts';
import type { Owner } from '../../orchestrator/table/retention.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';
import type { LogSegments } from '../../orchestrator/table/table.ts';
import type { MemoryItems } from './memoryItems.ts';

/** Older parts of the logs, in memory. */
export class MemoryLog implements LogSegments {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async readSegment(executionId: string, number: number): Promise<string | undefined> {
    return logTextOf(this.#items.get(executionId, sortKey.logSegment(number))?.log);
  }

  async readSegments(executionId: string, numbers: readonly number[], owner: Owner): Promise<LogSegment[]> {
    return [...new Set(numbers)].flatMap((number) => {
      const found = this.#items.get(executionId, sortKey.logSegment(number));
      const [item] = this.#items.counted(found ? [found] : [], owner);
      const text = logTextOf(item?.log);
      return text === undefined ? [] : [{ number, text }];
    });
  }

  async insertSegment(executionId: string, segment: LogSegment): Promise<InsertSegmentOutcome> {
    const existing = this.#items.get(executionId, sortKey.logSegment(segment.number));
    if (existing) return { type: 'exists', text: logTextOf(existing.log) ?? '' };
    await this.replaceSegment(executionId, segment);
    return { type: 'inserted' };
  }

  async replaceSegment(executionId: string, segment: LogSegment): Promise<void> {
    const expiry = this.#items.expiry();
    this.#items.put({
      executionId: { S: executionId },
      item: { S: sortKey.logSegment(segment.number) },
      log: segmentLog(segment.text),
      ...(expiry !== undefined && { expiresAt: { N: String(expiry) } }),
    });
  }
}

import type { LogSegment } from '../../core/execution/step/advance.types.ts';
import type { Attributes } from '../attributes.ts';
import type { Owner } from '../retention.ts';
import { sortKey, sortKeyPrefix } from '../schema.ts';
import type { LogSegments } from '../table.ts';
import { type DynamoDBCalls, keyOf } from './dynamoDBCalls.ts';

/** Older parts of the logs, in DynamoDB. */
export class DynamoDBLog implements LogSegments {
  readonly #calls: DynamoDBCalls;
  readonly #expiresAt: () => number | undefined;

  /** @param expiresAt of an item that is written now, in seconds since the epoch */
  constructor(calls: DynamoDBCalls, expiresAt: () => number | undefined) {
    this.#calls = calls;
    this.#expiresAt = expiresAt;
  }

  async readSegment(executionId: string, number: number): Promise<string | undefined> {
    return (await this.#calls.get(executionId, sortKey.logSegment(number)))?.log?.S;
  }

  async readSegments(executionId: string, numbers: readonly number[], owner: Owner): Promise<LogSegment[]> {
    const items = await this.#calls.getMany(executionId, numbers.map(sortKey.logSegment));
    return this.#calls
      .counted(items, owner)
      .map((item) => ({ number: segmentNumber(item), text: item.log?.S ?? '' }));
  }

  async writeSegment(executionId: string, segment: LogSegment): Promise<void> {
    const expiry = this.#expiresAt();
    await this.#calls.put({
      ...keyOf(executionId, sortKey.logSegment(segment.number)),
      log: { S: segment.text },
      ...(expiry !== undefined && { expiresAt: { N: String(expiry) } }),
    });
  }
}

export function segmentNumber(item: Attributes): number {
  return Number(item.item?.S?.slice(sortKeyPrefix.logSegment.length));
}
